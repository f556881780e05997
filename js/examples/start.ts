// The main job, from beginning to end: keep every version of a registry of operators in one file, load it
// back, and draw a committee from the version that was in force, which must be the published one.
//
//     npm start                        the published vectors (tests/vectors/sortition.json)
//     npm start -- other-vectors.json  the same with other expectations; exit status 1 when one is wrong
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Hamt, deserialize, provenance, serialize, stats } from 'hamt-wasm'
import {
  type Address,
  type Hex,
  type NodeState,
  type Winner,
  applyLogs,
  committeeHash,
  drawsIn,
  judgeDraw,
  NodeRegistry,
  readLogs,
  scoreTicket,
  selectCommittee,
} from 'hamt-wasm/sortition'

/** tests/vectors/sortition.json, as far as it is used here. */
interface Vectors {
  nodes: { node: number; address: Address; tickets: number; globalTickets: [number, number] }[]
  globalNumbering: Draw
  perNodeNumbering: Draw & { finalized3: Expected[]; committeeHash3: Hex }
}
interface Draw {
  e3Id: string
  seed: Hex
  ranking: Expected[]
}
interface Expected {
  node: number
  address: Address
  ticket: number
  score: Hex
}

const ticketPrice = 10n
const size = 3
const file = 'build/registry.hamt'
const newerRun = 'tests/vectors/chain-run-live.json'

interface Version {
  what: string
  map: Hamt<NodeState>
}

/**
 * One version a registration, then one a change of balance; the draw's version is `drawn`, and history goes
 * on after it.
 */
function history(nodes: Vectors['nodes']): { versions: Version[]; drawn: number } {
  const versions: Version[] = []
  let map = Hamt.empty<NodeState>()
  const keep = (what: string, next: Hamt<NodeState>) => {
    map = next
    versions.push({ what, map })
  }
  const balance = (address: Address, tickets: number) =>
    map.update(key(address), (state) => ({ ...state!, ticketBalance: BigInt(tickets) * ticketPrice }))

  for (const { node, address } of nodes) {
    const state = { registered: true, active: true, ticketBalance: ticketPrice }
    keep(`node ${node} registers with 1 ticket`, map.set(key(address), state))
  }
  for (const { node, address, tickets } of nodes) {
    if (tickets !== 1) keep(`node ${node} tops up to ${tickets} tickets`, balance(address, tickets))
  }
  const drawn = versions.length - 1
  const [first, second, third] = nodes
  if (!first || !second || !third) throw new Error('the vectors need three nodes at least')
  keep(`node ${second.node} withdraws everything`, balance(second.address, 0))
  keep(
    `node ${third.node} leaves`,
    map.update(key(third.address), (state) => ({ ...state!, registered: false, active: false })),
  )
  keep(`node ${first.node} tops up to 40 tickets`, balance(first.address, 40))
  return { versions, drawn }
}

const key = (address: Address) => address.toLowerCase()

let wrong = 0
/** Says whether an expectation holds, and counts those that do not. */
function expect(what: string, got: string, expected: string): void {
  if (got === expected) return console.log(`  ✓ ${what}`)
  wrong++
  console.log(`  ✗ ${what}\n      expected ${expected}\n      got      ${got}`)
}

function print(rows: string[][]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows)
    console.log(
      `  ${row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('   ')
        .trimEnd()}`,
    )
}

const number = (n: number) => n.toLocaleString('en')
const hex = (score: bigint) => `0x${score.toString(16).padStart(64, '0')}`

/** Saves all versions in one file, and says what sharing saves. */
function save(versions: Version[], drawn: number): void {
  const alone = versions.map(({ map }) => serialize([map]).length)
  let before = new Uint8Array()
  const rows = versions.map(({ what, map }, i) => {
    const bytes = serialize(versions.slice(0, i + 1).map((each) => each.map))
    const added = bytes.length - before.length
    before = bytes
    return [
      i === drawn ? '→' : '',
      String(i + 1),
      what,
      number(map.size),
      `+${number(added)}`,
      number(alone[i]!),
    ]
  })
  print([['', '#', 'what happens', 'operators', 'bytes in the file', 'bytes of its own'], ...rows])

  const sum = alone.reduce((a, b) => a + b)
  mkdirSync('build', { recursive: true })
  writeFileSync(file, before)
  const saved = (100 * (1 - before.length / sum)).toFixed(0)
  console.log(
    `\n${versions.length} versions are saved in ${file}: ${number(before.length)} bytes. One file a version would be`,
  )
  console.log(`${number(sum)} bytes: sharing saves ${saved} %.`)
}

function load(): Hamt<NodeState>[] {
  const nodesBefore = stats().nodes
  const loaded = deserialize<NodeState>(readFileSync(file))
  console.log(
    `Loaded back: ${loaded.length} versions on ${stats().nodes - nodesBefore} trie nodes (Emscripten ${provenance.emscripten}).`,
  )
  return loaded
}

/** Draws from a version, and shows the ranks of all operators. */
function draw(registry: Hamt<NodeState>, drawn: number, published: Draw, named: Named): Winner[] {
  const request = { e3Id: BigInt(published.e3Id), seed: BigInt(published.seed), ticketPrice }
  const ranked = selectCommittee(registry, { ...request, size: registry.size })
  console.log(`\nThe draw at version ${drawn + 1}, for request ${published.e3Id} with seed ${published.seed}`)
  print([
    ['rank', 'node', 'operator', 'ticket', 'score', ''],
    ...ranked.map((winner, i) => [
      String(i + 1),
      String(named(winner)),
      winner.node,
      String(winner.ticket),
      `${hex(winner.score).slice(0, 18)}…`,
      i < size ? '★ committee' : '',
    ]),
  ])
  return ranked
}

/** The number of an operator in the vectors. */
type Named = (winner: { node: Address }) => number | undefined

/** Compares a draw with the published vectors. */
function compare(ranked: Winner[], vectors: Vectors, named: Named): void {
  const { perNodeNumbering: published, globalNumbering: numberedThrough } = vectors
  const show = (all: Expected[]) =>
    all.map((e) => `node ${e.node} ticket ${e.ticket} score ${e.score}`).join('; ')
  const asExpected = (winner: Winner): Expected => ({
    node: named(winner)!,
    address: winner.node,
    ticket: Number(winner.ticket),
    score: hex(winner.score) as Hex,
  })
  const committee = ranked.slice(0, size)
  expect(
    `the committee is nodes ${committee.map(named).join(', ')} with tickets ${committee.map((w) => w.ticket).join(', ')}`,
    show(committee.map(asExpected)),
    show(published.ranking.slice(0, size)),
  )
  expect(
    `all ${ranked.length} ranks, tickets and scores`,
    show(ranked.map(asExpected)),
    show(published.ranking),
  )
  const seated = [...committee].sort((a, b) => (a.node < b.node ? -1 : 1))
  expect('in the order of their seats', show(seated.map(asExpected)), show(published.finalized3))
  expect('the hash of the committee', committeeHash(seated.map((w) => w.node)), published.committeeHash3)

  // The published unit test numbers tickets through all nodes instead: each node has a range of its own.
  const through = bestOfRanges(vectors).slice(0, size)
  expect(
    `tickets numbered through all nodes: nodes ${through.map((e) => e.node).join(', ')}`,
    show(through),
    show(numberedThrough.ranking.slice(0, size)),
  )
}

function main(vectorsFile: string): void {
  const vectors = JSON.parse(readFileSync(vectorsFile, 'utf8')) as Vectors
  const { nodes } = vectors
  const nodeOf = new Map(nodes.map(({ node, address }) => [key(address), node]))
  const named: Named = (winner) => nodeOf.get(key(winner.node))

  console.log(`The registry of ${nodes.length} operators, version by version`)
  const { versions, drawn } = history(nodes)
  save(versions, drawn)
  const loaded = load()
  const ranked = draw(loaded[drawn]!, drawn, vectors.perNodeNumbering, named)

  console.log('\nAgainst what is published')
  const same = loaded.every((map, i) => map.equals(versions[i]!.map))
  expect('every version came back from the file', String(same), 'true')
  compare(ranked, vectors, named)
  verifyNewerRun()

  if (wrong > 0) {
    console.log(`\n${wrong} of the expectations in ${vectorsFile} ${wrong === 1 ? 'is' : 'are'} wrong.`)
    process.exitCode = 1
  }
}

/** The requests of a recorded run of the newer contracts, from their raw logs alone. */
function verifyNewerRun(): void {
  const run = JSON.parse(readFileSync(newerRun, 'utf8')) as {
    logs: unknown[]
    requests: { threshold: [number, number]; finalized?: object }[]
  }
  const logs = readLogs([{ name: newerRun, content: run }])
  const { registry } = applyLogs(NodeRegistry.empty(), logs)
  // The recorded controller does not say how many members a committee has.
  const judged = [...drawsIn(logs).values()].map((draw, i) =>
    judgeDraw(registry, draw, { threshold: run.requests[i]!.threshold }),
  )
  console.log(
    `\nThe newer protocol: ${judged.length} recorded requests, replayed and verified from ${number(run.logs.length)} raw logs`,
  )
  const formed = run.requests.filter((request) => request.finalized).length
  expect(
    `${formed} committees and ${run.requests.length - formed} failures follow from random words, admissions and one seat an owner`,
    judged.map((each) => each.status).join(', '),
    run.requests.map(() => 'right').join(', '),
  )
}

/** Every node's best ticket in its range of the numbering that goes through all nodes, best first. */
function bestOfRanges({ nodes, globalNumbering }: Vectors): Expected[] {
  const e3Id = BigInt(globalNumbering.e3Id)
  const seed = BigInt(globalNumbering.seed)
  const best = nodes.map(({ node, address, globalTickets: [first, last] }) => {
    const scores = Array.from({ length: last - first + 1 }, (_, i) => {
      const ticket = first + i
      return { ticket, score: scoreTicket({ node: address, ticket: BigInt(ticket), e3Id, seed }) }
    })
    const { ticket, score } = scores.reduce((a, b) => (b.score < a.score ? b : a))
    return { node, address, ticket, score }
  })
  best.sort((a, b) => (a.score < b.score ? -1 : 1))
  return best.map((each) => ({ ...each, score: hex(each.score) as Hex }))
}

main(process.argv[2] ?? 'tests/vectors/sortition.json')
