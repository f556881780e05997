// Follows a chain: replays the logs of the two registries into a registry file, and puts the events of the draws beside it.
//
//     npm install hamt-wasm viem
//     node follow-chain.js --rpc https://... --ciphernode-registry 0x... --bonding-registry 0x... --from 21000000
//
// It may be stopped and started at any time: it goes on where the files end. Then:
//
//     npx hamt-wasm sortition verify --registry registry.hamt --logs draws.json --e3 ID
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import {
  bondingRegistryAbi,
  ciphernodeRegistryAbi,
  NodeRegistry,
  type Address,
  type RegistryEvent,
} from 'hamt-wasm/sortition'
import { createPublicClient, http, type PublicClient } from 'viem'

/** Nodes answer eth_getLogs for some ten thousand blocks at most. */
const piece = 9_500n

export interface Following {
  client: PublicClient
  ciphernodeRegistry: Address
  bondingRegistry: Address
  /** The block from which to begin; that of the deployment. */
  from: bigint
  /** How many blocks must follow a block before its logs count: a chain may take back its newest. */
  confirmations: bigint
  registryFile: string
  drawsFile: string
  say?: (line: string) => void
}

/** What is kept of the draws, in the form that `hamt-wasm sortition --logs` reads. */
interface Draws {
  /** The last block that has been looked at. */
  upTo: string
  events: unknown[]
  /** Blocks whose hashes seeds follow from. */
  blocks: { number: string; hash: string; timestamp: string }[]
}

/** Goes on where the files end, up to the newest confirmed block. Returns the registry. */
export async function followChain(f: Following): Promise<NodeRegistry> {
  let registry = existsSync(f.registryFile)
    ? NodeRegistry.deserialize(readFileSync(f.registryFile))
    : NodeRegistry.empty()
  const draws: Draws = existsSync(f.drawsFile)
    ? (JSON.parse(readFileSync(f.drawsFile, 'utf8')) as Draws)
    : { upTo: `${f.from - 1n}`, events: [], blocks: [] }
  const newest = (await f.client.getBlockNumber({ cacheTime: 0 })) - f.confirmations
  while (BigInt(draws.upTo) < newest) {
    const fromBlock = BigInt(draws.upTo) + 1n
    const toBlock = fromBlock + piece - 1n < newest ? fromBlock + piece - 1n : newest
    const events = await eventsBetween(f, fromBlock, toBlock)
    for (const event of events) {
      // Should the program have been stopped between writing the two files, the registry is ahead.
      if (!isKnown(registry, event)) registry = registry.apply(event)
      if ('e3Id' in event.args) draws.events.push(event)
      if (event.eventName === 'CommitteeRequested') await keepEntropyBlock(f, draws, event)
    }
    draws.upTo = `${toBlock}`
    write(f.registryFile, registry.serialize())
    write(
      f.drawsFile,
      JSON.stringify(draws, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v)),
    )
    f.say?.(`blocks ${fromBlock} to ${toBlock}: ${events.length} events; ${registry.changes} changes in all`)
  }
  return registry
}

function isKnown({ position }: NodeRegistry, { blockNumber, logIndex }: RegistryEvent): boolean {
  if (!position) return false
  const known = BigInt(position.blockNumber)
  return blockNumber < known || (blockNumber === known && logIndex <= position.logIndex)
}

/** The events of both contracts, each decoded with its own ABI, in the order of the chain. */
async function eventsBetween(f: Following, fromBlock: bigint, toBlock: bigint): Promise<RegistryEvent[]> {
  const range = { fromBlock, toBlock, strict: true } as const
  const logs = [
    ...(await f.client.getLogs({ ...range, address: f.ciphernodeRegistry, events: ciphernodeRegistryAbi })),
    ...(await f.client.getLogs({ ...range, address: f.bondingRegistry, events: bondingRegistryAbi })),
  ]
  const times = new Map<bigint, bigint>()
  const events: RegistryEvent[] = []
  for (const { eventName, args, blockNumber, logIndex } of logs) {
    let timestamp = times.get(blockNumber)
    if (timestamp === undefined)
      times.set(blockNumber, (timestamp = (await f.client.getBlock({ blockNumber })).timestamp))
    events.push({ eventName, args: args, blockNumber, logIndex, timestamp })
  }
  return events.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex)
}

async function keepEntropyBlock(f: Following, draws: Draws, request: RegistryEvent): Promise<void> {
  const { entropyBlock } = request.args as { entropyBlock: bigint }
  const { number, hash, timestamp } = await f.client.getBlock({ blockNumber: entropyBlock })
  draws.blocks.push({ number: `${number}`, hash, timestamp: `${timestamp}` })
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
