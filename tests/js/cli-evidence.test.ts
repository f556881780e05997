// The corpus of evidence, by the command line and by a program: the same verdict, word for word.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { applyLogs, drawsIn, judgeDraw, NodeRegistry, readLogs } from 'hamt-wasm/sortition'
import { exitStatusOf, readDraws, verifyAll } from '../../js/examples/verify-all.js'
import { vectors } from './support/chain.js'
import {
  cases,
  contentOf,
  evidence,
  evidenceFile,
  judgeAll,
  optionsOf,
  registryOf,
} from './support/evidence.js'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const folder = evidenceFile('')
let dir: string
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'hamt-wasm-evidence-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function hamtWasm(words: string[], cwd = folder) {
  const { NODE_OPTIONS: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { cwd, env })
  return { status, out: stdout.toString(), err: stderr.toString() }
}
interface Named {
  eventName: string
  args: Record<string, unknown>
}
const logsOf = (names: string[]) => names.flatMap((name) => ['--logs', name])

test('every file of the corpus has a case', () => {
  const named = new Set(cases.flatMap(({ logs, registry = [] }) => [...logs, ...registry]))
  const files = readdirSync(folder).filter((name) => !/^(README\.md|cases\.json)$/.test(name))
  expect(files.filter((name) => !named.has(name))).toEqual([])
})

test.each(cases)('$logs beside $registry, $kind: $status, $says', (given) => {
  const { logs, registry, status, says, e3Id = 7 } = given
  const said = judgeAll(
    () => readLogs(logs.map((name) => ({ name, content: contentOf(given, name) }))),
    () => registryOf(registry),
    BigInt(e3Id),
    optionsOf(given).options,
  )
  expect(said).toMatchObject({ status, sentence: expect.stringContaining(says) })

  const beside = registry ? ['--registry', join(dir, `${registry.join()}.hamt`)] : []
  if (registry && !existsSync(beside[1]!))
    expect(hamtWasm(['sortition', 'replay', ...logsOf(registry), '--out', beside[1]!]).status).toBe(0)
  const verify = ['sortition', 'verify', ...logsOf(logs), ...beside, '--e3', `${e3Id}`]
  verify.push(...optionsOf(given).words)
  if (given.change) for (const name of logs) writeFileSync(join(dir, name), contentOf(given, name))
  const cwd = given.change ? dir : folder
  const text = hamtWasm(verify, cwd)
  expect(text.status).toBe(status)
  if (status === 2) {
    expect(text.out).toBe('')
    expect(text.err).toBe(`hamt-wasm: ${said.sentence.replace(/\.$/, '')}\n`)
  } else {
    expect(text.err).toBe('')
    expect(text.out.split('\n')).toContain(said.sentence)
    const json = hamtWasm([...verify, '--json'], cwd)
    expect(json.status).toBe(status)
    expect(JSON.parse(json.out)).toMatchObject({
      sentence: said.sentence,
      ok: status === 0,
      e3Id: `${e3Id}`,
    })
    for (const note of said.notes) expect(text.out).toContain(`Note: ${note}.`)
  }
  // Nothing that a terminal obeys, whatever the files have.
  for (const output of [text.out, text.err]) expect(output).not.toMatch(/[^\P{C}\n]/u)
})

test('a later part replayed first: the earlier one is refused, and nothing is written', () => {
  const out = join(dir, 'halves.hamt')
  const replay = (name: string) => hamtWasm(['sortition', 'replay', '--logs', name, '--out', out])
  expect(replay('registry-second-half.json').status).toBe(0)
  const before = readFileSync(out)
  expect(replay('registry-first-half.json')).toMatchObject({
    status: 2,
    err: 'hamt-wasm: CiphernodeAdded at block 1, log 0 contradicts the registry: it is before the end of the registry, and not in it\n',
  })
  expect(readFileSync(out)).toEqual(before)
  expect(
    hamtWasm(['sortition', 'replay', '--logs', 'wrong-contracts.json', '--out', join(dir, 'none.hamt')])
      .status,
  ).toBe(2)
  expect(existsSync(join(dir, 'none.hamt'))).toBe(false)
})

test('list: all requests with their verdicts, the worst as status', () => {
  expect(hamtWasm(['sortition', 'list', '--logs', 'right.json'])).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^7 {2}1970-01-01T00:02:20Z {2}Right: the draw follows the rule\.\n/),
  })
  expect(hamtWasm(['sortition', 'list', '--logs', 'still-open.json'])).toMatchObject({ status: 3 })
  expect(hamtWasm(['sortition', 'list', '--logs', 'closed-early.json'])).toMatchObject({ status: 1 })
  const two = hamtWasm(['sortition', 'list', '--logs', 'two-committees.json', '--json'])
  expect(two.status).toBe(2)
  expect(JSON.parse(two.out)).toMatchObject({
    requests: [{ e3Id: '7', time: 140, status: 'cannot be judged' }],
  })
})

test('the example that verifies every draw comes to the status of list', () => {
  const file = JSON.parse(new TextDecoder().decode(evidence('right.json'))) as { logs: Named[] }
  const isRequest = (log: Named) => log.eventName === 'CommitteeRequested'
  const logs = file.logs.flatMap((log) =>
    log.args.e3Id === undefined
      ? [log]
      : [log, ...(isRequest(log) ? [] : [{ ...log, logIndex: 90, args: { ...log.args, e3Id: '8' } }])],
  )
  writeFileSync(join(dir, 'unrequested.json'), JSON.stringify({ ...file, logs }))
  const names = ['right', 'still-open', 'closed-early', 'two-committees'].map((name) =>
    join(folder, `${name}.json`),
  )
  const statuses = [join(dir, 'unrequested.json'), ...names].map((name) => {
    const listed = hamtWasm(['sortition', 'list', '--logs', name])
    const draws = readDraws(name)
    const judged = verifyAll(applyLogs(NodeRegistry.empty(), draws).registry, draws)
    for (const { sentence } of judged) expect(listed.out).toContain(sentence)
    expect(exitStatusOf(judged)).toBe(listed.status)
    return listed.status
  })
  expect(statuses).toEqual([2, 0, 3, 1, 2])
})

test('a second after the end of the registry: committee and explain say that it is not known', () => {
  const registry = join(dir, 'right.hamt')
  hamtWasm(['sortition', 'replay', '--logs', 'right.json', '--out', registry])
  const draw = ['committee', '--e3', '7', '--seed', '5', '--size', '2', '--price', '10']
  const explain = ['explain', '--operator', `0x${'01'.repeat(20)}`]
  for (const words of [draw, explain]) {
    const at = (time: string) =>
      hamtWasm(['sortition', ...words, '--registry', registry, '--at', time, '--json'])
    const [known, beyond] = ['260', '261'].map((time) => JSON.parse(at(time).out) as { notes: string[] })
    const [note, ...others] = beyond!.notes.filter((each) => !known!.notes.includes(each))
    expect(others).toEqual([])
    expect(note).toBe(
      'the registry ends at 1970-01-01T00:04:20Z (second 260), before 1970-01-01T00:04:21Z (second 261), which decides: ' +
        'it is taken that nothing happened between',
    )
    const text = hamtWasm(['sortition', ...words, '--registry', registry, '--at', '261'])
    expect(text).toMatchObject({ status: 0, out: expect.stringContaining(`Note: ${note}.`) })
  }
})

test.each<[name: string, status: number]>([
  ['right.json', 0],
  ['winner-left.json', 1],
  ['still-open.json', 3],
] as const)(
  'committee and explain, of %s: the verdict on the draw, its words and its status',
  (name, status) => {
    const of = ['--logs', name, '--e3', '7']
    const { sentence } = JSON.parse(hamtWasm(['sortition', 'verify', ...of, '--json']).out) as {
      sentence: string
    }
    for (const words of [['committee'], ['explain', '--operator', `0x${'01'.repeat(20)}`]]) {
      const text = hamtWasm(['sortition', ...words, ...of])
      expect(text).toMatchObject({ status, err: '' })
      expect(text.out.split('\n')).toContain(`The draw: ${sentence}`)
      const json = hamtWasm(['sortition', ...words, ...of, '--json'])
      expect(json.status).toBe(status)
      expect(JSON.parse(json.out)).toMatchObject({ draw: { sentence } })
    }
  },
)

test('what cannot be judged is JSON, too', () => {
  const words = ['sortition', 'verify', '--logs', 'two-committees.json', '--e3', '7']
  const json = hamtWasm([...words, '--json'])
  expect(json).toMatchObject({ status: 2, err: '' })
  expect(JSON.parse(json.out)).toMatchObject({ status: 'cannot be judged', ok: false, e3Id: '7' })
})

test('a draw whose operators hold more tickets than are worth a second: the ideal committee is left out', () => {
  const { logs, ...rest } = JSON.parse(new TextDecoder().decode(evidence('right.json'))) as { logs: Named[] }
  for (const { eventName, args } of logs)
    if (eventName === 'TicketBalanceUpdated') args.newBalance = `${10n * 2n ** 21n}`
  const read = readLogs([{ name: 'rich', content: { logs, ...rest } }])
  const { registry } = applyLogs(NodeRegistry.empty(), read)
  const { status, notes } = judgeDraw(registry, drawsIn(read).get(7n)!)
  expect(status).toBe('right')
  expect(notes.join()).toMatch(
    /the ideal committee was left out: the operators hold 8388608 tickets, more than .* 4194304/,
  )
})

test.each(['chain-run', 'chain-run-live', 'chain-run-upgrade'])(
  '%s: every recorded request is right',
  (name) => {
    const run = vectors<{ requests: { e3Id: string; threshold: [number, number] }[] }>(name)
    const logs = readLogs([{ name, content: run }])
    const { registry } = applyLogs(NodeRegistry.empty(), logs)
    const draws = drawsIn(logs)
    expect(draws.size).toBe(run.requests.length)
    for (const { e3Id, threshold } of run.requests)
      expect(judgeDraw(registry, draws.get(BigInt(e3Id))!, { threshold, limit: 0 })).toMatchObject({
        status: 'right',
      })
    // And a registry that was saved has all of it.
    const again = applyLogs(NodeRegistry.deserialize(registry.serialize()), logs)
    expect(again).toMatchObject({ applied: 0, known: logs.events.length, notes: [] })
  },
)

test('a size of the committee that the logs do not say is not guessed', () => {
  const list = hamtWasm(['sortition', 'list', '--logs', '../chain-run-live.json'])
  expect(list).toMatchObject({
    status: 3,
    out: expect.stringMatching(/Not decided: N, the size of the committee, was not given/),
  })
})

test('sizes of committees may be said beside the logs: then all requests are decided', () => {
  const { requests } = vectors<{ requests: { e3Id: string; threshold: [number, number] }[] }>(
    'chain-run-live',
  )
  const list = (name: string, thresholds: object) => {
    writeFileSync(join(dir, name), JSON.stringify({ thresholds }))
    return hamtWasm(['sortition', 'list', '--logs', '../chain-run-live.json', '--logs', join(dir, name)])
  }
  const said = Object.fromEntries(requests.map(({ e3Id, threshold }) => [e3Id, threshold]))
  const right = list('thresholds.json', said)
  expect(right).toMatchObject({ status: 0, err: '' })
  expect(right.out.match(/Right: /g)).toHaveLength(requests.length)
  const [first] = requests
  const fewer = list('fewer.json', { ...said, [first!.e3Id]: [first!.threshold[0], first!.threshold[1] - 1] })
  expect(fewer.status).toBe(1)
})
