// Follows a chain: replays the logs of all four contracts into a registry file, and puts the events of the
// draws beside it.
//
//     npm install hamt-wasm viem
//     node follow-chain.js --rpc https://... --ciphernode-registry 0x... --bonding-registry 0x... --interfold 0x... --from 21000000
//
// It may be stopped and started at any time: it goes on where the files end. When the chain has taken blocks
// back, it goes back to the last block that both have in common, and on from there. Then:
//
//     node verify-all.js registry.hamt draws.json
//     npx hamt-wasm sortition verify --registry registry.hamt --logs draws.json --e3 ID
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import {
  bondingRegistryAbi,
  ciphernodeRegistryAbi,
  interfoldAbi,
  NodeRegistry,
  randomnessProviderAbi,
  type Address,
  type Hex,
  type RegistryEvent,
} from 'hamt-wasm/sortition'
import { createPublicClient, http, type PublicClient } from 'viem'

/** Nodes answer eth_getLogs for some ten thousand blocks at most. */
const piece = 9_500n
/** How many blocks are remembered by their hash: to find where chains part. */
const mostCheckpoints = 512
/** How often in a row a chain may change while it is read. */
const mostChanges = 100

export interface Following {
  client: PublicClient
  ciphernodeRegistry: Address
  bondingRegistry: Address
  /** It says how many members a committee has, and why a request failed. */
  interfold?: Address
  /** The block from which to begin; that of the deployment. */
  from: bigint
  /** How many blocks must follow a block before its logs count. */
  confirmations: bigint
  registryFile: string
  drawsFile: string
  say?: (line: string) => void
}

interface Checkpoint {
  number: string
  hash: Hex
}

/** What is kept of the draws, in the form that `hamt-wasm sortition --logs` reads. */
interface Draws {
  chainId: string
  contracts: { ciphernodeRegistry: Address; bondingRegistry: Address; interfold?: Address }
  /** The last block that has been looked at. */
  upTo: string
  events: StoredEvent[]
  /** Blocks whose hashes seeds follow from. */
  blocks: { number: string; hash: Hex; timestamp: string }[]
  /** Contracts that give random words. */
  providers: Address[]
  /** Blocks that have been looked at, ascending, the last of them `upTo`. */
  checkpoints: Checkpoint[]
}
interface StoredEvent {
  eventName: string
  args: Record<string, unknown>
  blockNumber: bigint | string
}

interface State {
  registry: NodeRegistry
  draws: Draws
}

/** Goes on where the files end, up to the newest confirmed block. Returns the registry. */
export async function followChain(f: Following): Promise<NodeRegistry> {
  let state = await open(f)
  let changes = 0
  for (;;) {
    const newest = (await f.client.getBlockNumber({ cacheTime: 0 })) - f.confirmations
    state = await goBack(f, state)
    if (BigInt(state.draws.upTo) >= newest) return state.registry
    const next = await readPiece(f, state, newest)
    if (next) {
      state = next
      changes = 0
    } else if (++changes > mostChanges) throw new Error('the chain changes faster than it can be read')
  }
}

async function open(f: Following): Promise<State> {
  const { ciphernodeRegistry, bondingRegistry, interfold } = f
  const empty: Draws = {
    chainId: `${await f.client.getChainId()}`,
    contracts: { ciphernodeRegistry, bondingRegistry, ...(interfold && { interfold }) },
    upTo: `${f.from - 1n}`,
    events: [],
    blocks: [],
    providers: [],
    checkpoints: [],
  }
  if (!existsSync(f.registryFile)) return { registry: NodeRegistry.empty(), draws: empty }
  const registry = NodeRegistry.deserialize(readFileSync(f.registryFile))
  const draws = existsSync(f.drawsFile)
    ? { ...empty, ...(JSON.parse(readFileSync(f.drawsFile, 'utf8')) as Draws) }
    : empty
  // Should the program have been stopped between writing the two files, the registry is ahead.
  return { registry: registry.before({ blockNumber: BigInt(draws.upTo) + 1n }), draws }
}

/** As it was after the last block that is still the chain's. */
async function goBack(f: Following, state: State): Promise<State> {
  const { checkpoints, upTo } = state.draws
  let common = checkpoints.length
  while (
    common > 0 &&
    (await hashOf(f, BigInt(checkpoints[common - 1]!.number))) !== checkpoints[common - 1]!.hash
  )
    --common
  if (common === checkpoints.length) return state
  const last = common > 0 ? BigInt(checkpoints[common - 1]!.number) : f.from - 1n
  f.say?.(`the chain took blocks back: from block ${upTo} to block ${last}`)
  const isKept = (block: bigint | string) => BigInt(block) <= last
  return {
    registry: state.registry.before({ blockNumber: last + 1n }),
    draws: {
      ...state.draws,
      upTo: `${last}`,
      events: state.draws.events.filter((e) => isKept(e.blockNumber)),
      blocks: state.draws.blocks.filter((b) => isKept(b.number)),
      checkpoints: checkpoints.slice(0, common),
    },
  }
}

/** Undefined for a block that the chain does not have. */
async function hashOf(f: Following, blockNumber: bigint): Promise<Hex | undefined> {
  try {
    return (await f.client.getBlock({ blockNumber })).hash
  } catch (e) {
    if ((e as Error).name === 'BlockNotFoundError') return undefined
    throw e
  }
}

/** Reads the next blocks, and writes the files; undefined when the chain changed meanwhile. */
async function readPiece(
  f: Following,
  { registry, draws }: State,
  newest: bigint,
): Promise<State | undefined> {
  const fromBlock = BigInt(draws.upTo) + 1n
  const toBlock = fromBlock + piece - 1n < newest ? fromBlock + piece - 1n : newest
  const before = draws.checkpoints.at(-1)
  if (before && (await f.client.getBlock({ blockNumber: fromBlock })).parentHash !== before.hash)
    return undefined
  const end = await hashOf(f, toBlock)
  const blocks = new Blocks(f)
  const providers = new Set(draws.providers)
  const events = await eventsBetween(f, blocks, providers, fromBlock, toBlock)
  if (!end || !events) return undefined
  for (const event of events) registry = registry.apply(event)
  const kept = [
    ...draws.events,
    ...events.filter((e) => 'e3Id' in e.args || e.eventName === 'CommitteeThresholdsUpdated'),
  ]
  const next: Draws = {
    ...draws,
    upTo: `${toBlock}`,
    events: kept as StoredEvent[],
    blocks: [...draws.blocks, ...(await entropyBlocks(blocks, kept as StoredEvent[], draws, toBlock))],
    providers: [...providers],
    checkpoints: [
      ...draws.checkpoints,
      ...blocks.checkpoints(toBlock),
      { number: `${toBlock}`, hash: end },
    ].slice(-mostCheckpoints),
  }
  // What was read is of one chain if its last block is there still.
  if ((await hashOf(f, toBlock)) !== end) return undefined
  write(f.registryFile, registry.serialize())
  write(
    f.drawsFile,
    JSON.stringify(next, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v)),
  )
  f.say?.(`blocks ${fromBlock} to ${toBlock}: ${events.length} events; ${registry.changes} changes in all`)
  return { registry, draws: next }
}

/** The blocks that were asked for. */
class Blocks {
  readonly #known = new Map<bigint, { hash: Hex; timestamp: bigint }>()
  constructor(readonly f: Following) {}

  async get(blockNumber: bigint): Promise<{ hash: Hex; timestamp: bigint }> {
    const known = this.#known.get(blockNumber)
    if (known) return known
    const { hash, timestamp } = await this.f.client.getBlock({ blockNumber })
    this.#known.set(blockNumber, { hash, timestamp })
    return { hash, timestamp }
  }
  /** Those before a block, ascending. */
  checkpoints(before: bigint): Checkpoint[] {
    return [...this.#known]
      .filter(([number]) => number < before)
      .sort(([a], [b]) => Number(a - b))
      .map(([number, { hash }]) => ({ number: `${number}`, hash }))
  }
}

interface Log {
  eventName: string
  args: object
  address: Address
  blockNumber: bigint
  blockHash: Hex
  logIndex: number
}

/**
 * The events of all contracts, each decoded with its own ABI, in the order of the chain; undefined when they
 * are of several chains.
 */
async function eventsBetween(
  f: Following,
  blocks: Blocks,
  providers: Set<Address>,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<RegistryEvent[] | undefined> {
  const range = { fromBlock, toBlock, strict: true } as const
  const logs: Log[] = [
    ...(await f.client.getLogs({ ...range, address: f.ciphernodeRegistry, events: ciphernodeRegistryAbi })),
    ...(await f.client.getLogs({ ...range, address: f.bondingRegistry, events: bondingRegistryAbi })),
    ...(f.interfold ? await f.client.getLogs({ ...range, address: f.interfold, events: interfoldAbi }) : []),
  ]
  // A request names its provider, which may be another one from request to request.
  for (const { eventName, args } of logs) {
    if (eventName === 'CommitteeRandomnessRequested')
      providers.add((args as { provider: Address }).provider.toLowerCase() as Address)
  }
  if (providers.size > 0) {
    const address = [...providers]
    logs.push(...(await f.client.getLogs({ ...range, address, events: randomnessProviderAbi })))
  }
  const events: RegistryEvent[] = []
  for (const { eventName, args, address, blockNumber, blockHash, logIndex } of logs) {
    const { hash, timestamp } = await blocks.get(blockNumber)
    if (hash !== blockHash) return undefined
    events.push({ eventName, args, address, blockNumber, logIndex, timestamp })
  }
  return events.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex)
}

/** The blocks whose hashes are seeds, as far as they are there and not yet kept. */
async function entropyBlocks(
  blocks: Blocks,
  events: StoredEvent[],
  draws: Draws,
  toBlock: bigint,
): Promise<Draws['blocks']> {
  const kept = new Set(draws.blocks.map((b) => BigInt(b.number)))
  const out: Draws['blocks'] = []
  for (const { eventName, args } of events) {
    if (eventName !== 'CommitteeRequested') continue
    const number = BigInt(args.entropyBlock as bigint | string)
    if (kept.has(number) || number > toBlock) continue
    kept.add(number)
    const { hash, timestamp } = await blocks.get(number)
    out.push({ number: `${number}`, hash, timestamp: `${timestamp}` })
  }
  return out
}

/** As a whole or not at all. */
function write(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rpc: { type: 'string' },
      'ciphernode-registry': { type: 'string' },
      'bonding-registry': { type: 'string' },
      interfold: { type: 'string' },
      from: { type: 'string', default: '0' },
      confirmations: { type: 'string', default: '12' },
      registry: { type: 'string', default: 'registry.hamt' },
      draws: { type: 'string', default: 'draws.json' },
    },
  })
  const required = (name: 'rpc' | 'ciphernode-registry' | 'bonding-registry'): string => {
    const value = values[name]
    if (value === undefined) throw new Error(`--${name} is needed`)
    return value
  }
  await followChain({
    client: createPublicClient({ transport: http(required('rpc')) }),
    ciphernodeRegistry: required('ciphernode-registry') as Address,
    bondingRegistry: required('bonding-registry') as Address,
    ...(values.interfold !== undefined && { interfold: values.interfold as Address }),
    from: BigInt(values.from),
    confirmations: BigInt(values.confirmations),
    registryFile: values.registry,
    drawsFile: values.draws,
    say: (line) => console.log(line),
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((e: unknown) => {
    console.error(e instanceof Error ? e.message.split('\n')[0] : e)
    process.exitCode = 2
  })
}
