// Options of a caller beside the logs: they fill in what the logs lack, and never replace what they say.
import {
  applyLogs,
  type DrawLogs,
  drawsIn,
  judgeDraw,
  type JudgeOptions,
  NodeRegistry,
  readLogs,
  type RegistryEvent,
} from 'hamt-wasm/sortition'
import { vectors } from './support/chain.js'

interface Run {
  requests: { e3Id: string; threshold: [number, number] }[]
}

function open(name: string) {
  const run = vectors<Run>(name)
  const thresholds = Object.fromEntries(run.requests.map(({ e3Id, threshold }) => [e3Id, threshold]))
  const logs = readLogs([{ name, content: { ...run, thresholds } }])
  return { registry: applyLogs(NodeRegistry.empty(), logs).registry, draws: [...drawsIn(logs).values()] }
}

/** What is true of a request, as options. */
function truth({ request, events, words, chainId, threshold, blockHashes }: DrawLogs): JudgeOptions {
  const { entropyBlock, requestId } = request.args as { entropyBlock?: bigint; requestId?: bigint }
  const isCapped = events.some(({ eventName }) => eventName === 'CommitteeBondOwnerCapEnabled')
  const blockHash = entropyBlock === undefined ? undefined : blockHashes.get(Number(entropyBlock))
  const [word] = words as (RegistryEvent & { args: { randomWord: bigint } })[]
  return {
    policy: isCapped ? 'owner-cap' : 'uncapped',
    chainId,
    threshold,
    ...(blockHash && { blockHash }),
    ...(word && {
      vrf: {
        randomWord: word.args.randomWord,
        chainId: chainId!,
        registry: request.address!,
        requestId: requestId!,
      },
    }),
  }
}

const address = `0x${'12'.repeat(20)}` as const
const hash = `0x${'12'.repeat(32)}` as const
type Change = (said: JudgeOptions) => JudgeOptions
const changes: [what: string, change: Change][] = [
  ['policy', (o) => ({ ...o, policy: o.policy === 'uncapped' ? 'owner-cap' : 'uncapped' })],
  ['chain', (o) => ({ ...o, chainId: o.chainId! + 1n })],
  ['threshold', (o) => ({ ...o, threshold: [o.threshold![0] - 1, o.threshold![1]] })],
  ['size', (o) => ({ ...o, threshold: [o.threshold![0], o.threshold![1] + 1] })],
  ['block hash', (o) => ({ ...o, blockHash: hash })],
  ['random word', (o) => ({ ...o, vrf: { ...(o.vrf ?? word), randomWord: 5n } })],
  ['request of the word', (o) => ({ ...o, vrf: { ...(o.vrf ?? word), requestId: 5n } })],
  ['registry', (o) => ({ ...o, vrf: { ...(o.vrf ?? word), registry: address } })],
  ['seed', (o) => ({ ...o, seed: 5n })],
]
const word = { randomWord: 1n, requestId: 1n, chainId: 31337n, registry: address }

test.each(['chain-run', 'chain-run-live', 'chain-run-upgrade'])(
  '%s: what is true changes no verdict; what is not cannot be judged, whatever it is',
  (name) => {
    const { registry, draws } = open(name)
    for (const draw of draws) {
      const said = { ...truth(draw), limit: 0 }
      const { report, ...verdict } = judgeDraw(registry, draw, said)
      expect(verdict).toMatchObject({ status: 'right' })
      const seed = report!.seed
      if (seed !== undefined) expect(judgeDraw(registry, draw, { ...said, seed }).status).toBe('right')
      for (const [what, change] of changes)
        expect([what, judgeDraw(registry, draw, change(said)).status]).toEqual([what, 'cannot be judged'])
    }
  },
)

test('what a caller alone says, and no submitted score follows from: cannot be judged, and nobody is accused', () => {
  const kinds = { 'chain-run': ['seed', 'hash'], 'chain-run-live': ['seed', 'chain', 'word'] }
  for (const [name, wrongs] of Object.entries(kinds)) {
    const { registry, draws } = open(name)
    const unknown = registry.withOrigin({})
    for (const draw of draws) {
      const { report } = judgeDraw(registry, draw, { limit: 0 })
      if (report!.seed === undefined || report!.submissions.length === 0) continue
      const bare = { ...draw, blockHashes: new Map(), words: [], knowsProvider: false, chainId: undefined }
      const wrong: Record<string, [DrawLogs, JudgeOptions]> = {
        seed: [bare, { seed: 5n, chainId: 31337n }],
        hash: [bare, { blockHash: hash }],
        chain: [{ ...draw, chainId: undefined }, { chainId: 5n }],
        word: [
          bare,
          {
            vrf: {
              ...word,
              requestId: (draw.request.args as { requestId: bigint }).requestId,
              registry: draw.request.address!,
            },
          },
        ],
      }
      for (const [evidence, options] of wrongs.map((each) => wrong[each]!))
        expect(judgeDraw(unknown, evidence, { ...options, limit: 0 })).toMatchObject({
          status: 'cannot be judged',
          sentence: expect.stringContaining('no submitted score follows from what was given: the '),
        })
    }
  }
})

test('chain and contract that the logs do not say are those of the registry, and options are compared with them', () => {
  const { registry, draws } = open('chain-run-live')
  const silent = ({ request, ...draw }: DrawLogs): DrawLogs => {
    const { address: _, ...withoutAddress } = request
    return { ...draw, chainId: undefined, request: withoutAddress }
  }
  for (const draw of draws.map(silent)) {
    expect(judgeDraw(registry, draw, { limit: 0 }).status).toBe('right')
    expect(judgeDraw(registry, draw, { limit: 0, chainId: 5n }).sentence).toBe(
      'Cannot be judged: the number of the chain was given as 5, and the registry says 31337.',
    )
  }
})

test('a seed alone decides nothing: what it follows from is not in the logs', () => {
  for (const name of ['chain-run', 'chain-run-live']) {
    const { registry, draws } = open(name)
    for (const draw of draws) {
      const { seed } = judgeDraw(registry, draw, { limit: 0 }).report!
      if (seed === undefined) continue
      const bare = { ...draw, blockHashes: new Map(), words: [], knowsProvider: false }
      expect(judgeDraw(registry, bare, { seed, limit: 0 })).toMatchObject({
        status: 'not decided',
        notes: expect.arrayContaining([expect.stringContaining('whether the seed follows from it')]),
      })
    }
  }
})

test('a request that draws on a block hash takes no random word, whether or not the hash is known', () => {
  const { registry, draws } = open('chain-run')
  for (const blockHashes of [draws[0]!.blockHashes, new Map<number, `0x${string}`>()])
    expect(judgeDraw(registry, { ...draws[0]!, blockHashes }, { vrf: word, limit: 0 })).toMatchObject({
      status: 'cannot be judged',
      sentence: expect.stringContaining(
        'a random word was given, and the seed follows from the hash of block',
      ),
    })
})

test('a registry that ends before the second that decides: not decided, whatever it lacks', () => {
  for (const name of ['chain-run', 'chain-run-live', 'chain-run-upgrade']) {
    const { registry, draws } = open(name)
    for (const draw of draws) {
      const last = Number(draw.request.blockNumber)
      const statuses = new Set<string>()
      for (let blockNumber = 1; blockNumber <= last; ++blockNumber) {
        const part = registry.before({ blockNumber })
        if ((part.position?.timestamp ?? -1) >= Number(draw.time) - 1) continue
        statuses.add(judgeDraw(part, draw, { limit: 0 }).status)
      }
      statuses.delete('cannot be judged') // No operator is known yet, or a setting is another.
      expect([...statuses]).toEqual(['not decided'])
    }
  }
})
