// Sortition: selection against the same in JavaScript with @noble/hashes, and the registry's replay, file and
// versions.
//
//     node bench/js/sortition.mjs          (after a build; one run takes some ten seconds)
import { keccak_256 } from '@noble/hashes/sha3.js'
import { Hamt } from 'hamt-wasm'
import { NodeRegistry, seedFromVrf, scoreTicket, selectCommittee, verifyRequest } from 'hamt-wasm/sortition'

const operators = 10_000
const ticketsEach = 100
const events = 100_000

const addressOf = (n) =>
  `0x${(BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn).toString(16).padStart(40, '0').slice(-40)}`
const seconds = (since) => (performance.now() - since) / 1000

/**
 * The best `size` of all best tickets, as plainly and as fast as JavaScript does it: one buffer, only the
 * ticket changes.
 */
function selectWithNoble(nodes, { e3Id, seed, size, ticketPrice }) {
  const preimage = new Uint8Array(116)
  const view = new DataView(preimage.buffer)
  const put = (at, n) =>
    [192n, 128n, 64n, 0n].forEach((shift, i) =>
      view.setBigUint64(at + 8 * i, (n >> shift) & 0xffff_ffff_ffff_ffffn),
    )
  put(52, e3Id)
  put(84, seed)
  const winners = []
  for (const [node, state] of nodes) {
    const tickets = Number(state.ticketBalance / ticketPrice)
    if (!state.active || tickets === 0) continue
    for (let i = 0; i < 20; ++i) preimage[i] = parseInt(node.slice(2 + 2 * i, 4 + 2 * i), 16)
    let best
    let ticket = 0
    for (let t = 1; t <= tickets; ++t) {
      view.setUint32(48, t)
      const score = keccak_256(preimage)
      if (best && compare(score, best) >= 0) continue
      best = score
      ticket = t
    }
    winners.push({ node, ticket: BigInt(ticket), score: BigInt(`0x${Buffer.from(best).toString('hex')}`) })
  }
  return winners.sort((a, b) => (a.score < b.score ? -1 : 1)).slice(0, size)
}
function compare(a, b) {
  for (let i = 0; i < 32; ++i) if (a[i] !== b[i]) return a[i] - b[i]
  return 0
}

export function benchSelection() {
  const state = { registered: true, active: true, ticketBalance: BigInt(ticketsEach) * 10n }
  const nodes = Hamt.from(Array.from({ length: operators }, (_, n) => [addressOf(n), state]))
  const draw = { e3Id: 42n, seed: 2n ** 255n + 12345n, size: 100, ticketPrice: 10n }
  selectCommittee(Hamt.from([...nodes].slice(0, 200)), draw)
  let start = performance.now()
  const ours = selectCommittee(nodes, draw)
  const wasm = seconds(start)
  start = performance.now()
  const theirs = selectWithNoble(nodes, draw)
  const noble = seconds(start)
  const same = ours.every(
    (w, i) => w.node === theirs[i].node && w.ticket === theirs[i].ticket && w.score === theirs[i].score,
  )
  if (!same) throw new Error('the two selections differ')
  return { hashes: operators * ticketsEach, wasmSeconds: wasm, nobleSeconds: noble, ratio: wasm / noble }
}

/** A history like a chain's: operators come with owner and balance, then balances and activity change. */
export function history() {
  const list = []
  let block = 1
  const add = (eventName, args) => {
    const sameBlock = list.length % 3 === 2
    if (!sameBlock) block += 1 + (list.length % 5)
    list.push({
      eventName,
      args,
      blockNumber: BigInt(block),
      logIndex: sameBlock ? list.length : 0,
      timestamp: BigInt(1_700_000_000 + 12 * block),
    })
  }
  const reason = `0x${'0'.repeat(64)}`
  add('EligibilityConfigurationVersionUpdated', { version: 1n })
  for (let n = 0; n < operators; ++n) {
    const operator = addressOf(n)
    add('BondOwnerSet', { operator, bondOwner: addressOf(1_000_000 + (n >> 2)) })
    add('CiphernodeAdded', { node: operator, index: BigInt(n), numNodes: BigInt(n + 1), size: BigInt(n + 1) })
    add('TicketBalanceUpdated', {
      operator,
      delta: 50_000_000n,
      newBalance: 50_000_000n + BigInt(n * 12345),
      reason,
    })
    add('OperatorActivationChanged', { operator, active: true })
  }
  for (let i = 0; list.length < events; ++i) {
    const operator = addressOf((i * 7919) % operators)
    if (i % 7 === 0) add('OperatorActivationChanged', { operator, active: i % 14 === 0 })
    else add('TicketBalanceUpdated', { operator, delta: 1n, newBalance: BigInt(i) * 987_654n, reason })
  }
  return list
}

export function benchRegistry() {
  const list = history()
  NodeRegistry.empty().applyAll(list.slice(0, 5000))
  let start = performance.now()
  let registry = NodeRegistry.empty()
  for (const event of list) registry = registry.apply(event)
  const replay = seconds(start)
  start = performance.now()
  const bytes = registry.serialize()
  const save = seconds(start)
  const middle = list[list.length >> 1].timestamp
  const loads = Array.from({ length: 7 }, () => {
    const begin = performance.now()
    const loaded = NodeRegistry.deserialize(bytes)
    const between = performance.now()
    const version = loaded.eligible(middle)
    return { load: between - begin, at: performance.now() - between, operators: version.size }
  })
  const sorted = loads.slice(1).sort((a, b) => a.load + a.at - (b.load + b.at))
  const median = sorted[sorted.length >> 1]
  return {
    events: list.length,
    operators: median.operators,
    eventsPerSecond: Math.round(list.length / replay),
    bytesPerEvent: bytes.length / list.length,
    saveMs: 1000 * save,
    firstLoadAndAtMs: loads[0].load + loads[0].at,
    loadAndAtMs: median.load + median.at,
    loadMs: median.load,
    atMs: median.at,
  }
}

const [requests, nodes, submissionsEach, size, chainId] = [1000, 200, 100, 20, 1n]
const [contract, provider] = [addressOf(1), addressOf(2)]

/** Adds what is in force for all, and 200 operators with up to 5 tickets each. */
function addRegistry(add) {
  add('EligibilityConfigurationVersionUpdated', { version: 1n })
  add('BondingAssetConfigUpdated', { ticketToken: contract, ticketPrice: 10n, configurationVersion: 1n })
  add('SortitionSubmissionWindowSet', { sortitionSubmissionWindow: 600n })
  add('RandomnessRequestTimeoutSet', { randomnessRequestTimeout: 900n })
  add('RandomnessProviderSet', { randomnessProvider: provider })
  for (let n = 0; n < nodes; ++n) {
    const operator = addressOf(n)
    add('BondOwnerSet', { operator, bondOwner: addressOf(1_000_000 + (n >> 1)) })
    add('CiphernodeAdded', { node: operator, index: 0n, numNodes: 0n, size: 0n })
    add('TicketBalanceUpdated', { operator, delta: 0n, newBalance: BigInt(10 + 10 * (n % 5)), reason: '0x' })
    add('OperatorActivationChanged', { operator, active: true })
  }
}

/** The events of a registry, and of 1,000 requests over it; and the evidence of each request. */
function requestHistory() {
  const list = []
  let time = 1_700_000_000
  const add = (eventName, args) => {
    list.push({
      eventName,
      args,
      blockNumber: BigInt(list.length + 1),
      logIndex: 0,
      timestamp: BigInt(time++),
    })
    return list.at(-1)
  }
  addRegistry(add)
  const evidence = Array.from({ length: requests }, (_, r) => {
    const e3Id = BigInt(r + 1)
    time += 10
    const randomness = add('CommitteeRandomnessRequested', {
      e3Id,
      requestId: e3Id,
      provider,
      randomnessDeadline: BigInt(time + 900),
    })
    const fulfilment = add('RandomnessFulfilled', {
      requestId: e3Id,
      e3Id,
      randomWord: e3Id,
      fulfilledAt: BigInt(time),
    })
    const seed = seedFromVrf({ randomWord: e3Id, chainId, registry: contract, e3Id, requestId: e3Id })
    const submissions = Array.from({ length: submissionsEach }, (_, i) => {
      const node = addressOf((i * 2 + r) % nodes)
      return add('TicketSubmitted', {
        e3Id,
        node,
        ticketId: 1n,
        score: scoreTicket({ node, ticket: 1n, e3Id, seed }),
      })
    })
    return {
      request: { threshold: [1, size] },
      randomness,
      fulfilment,
      submissions,
      vrf: { chainId, registry: contract },
      policy: 'owner-cap',
    }
  })
  return { list, evidence }
}

/**
 * 1,000 requests under the owner cap, 100 submissions each, over one registry of 200 operators with up to 5
 * tickets.
 */
export function benchRequests() {
  const { list, evidence } = requestHistory()
  const registry = NodeRegistry.empty().applyAll(list)
  verifyRequest(registry, evidence[0])
  const start = performance.now()
  const reports = evidence.map((each) => verifyRequest(registry, each))
  const time1000 = seconds(start)
  const bad = reports.find((report) => !report.ok || report.submissions.length !== submissionsEach)
  if (bad) throw new Error(`a request is wrong: ${JSON.stringify(bad.violations[0])}`)
  return { requests, submissions: submissionsEach, seconds: time1000 }
}

export function benchSortition() {
  return { selection: benchSelection(), registry: benchRegistry(), verification: benchRequests() }
}

/** Rows of Markdown. */
export function renderSortition({ selection: s, registry: r, verification: v }) {
  const n = (value, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits })
  return [
    '| sortition | measured |',
    '| --- | ---: |',
    `| selection over ${n(s.hashes)} tickets, wasm | ${n(s.wasmSeconds, 2)} s |`,
    `| the same in JavaScript with @noble/hashes | ${n(s.nobleSeconds, 2)} s |`,
    `| ratio | ${n(s.ratio, 3)} |`,
    `| replay of ${n(r.events)} events, ${n(r.operators)} operators | ${n(r.eventsPerSecond)} events/s |`,
    `| registry file | ${n(r.bytesPerEvent, 1)} bytes/event |`,
    `| load it, and eligible(T) of its middle: median | ${n(r.loadAndAtMs, 1)} ms |`,
    `| the same, the first time in a process | ${n(r.firstLoadAndAtMs, 1)} ms |`,
    ...(v
      ? [`| verifying ${n(v.requests)} requests of ${n(v.submissions)} submissions | ${n(v.seconds, 2)} s |`]
      : []),
  ].join('\n')
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.log(renderSortition(benchSortition()))
}
