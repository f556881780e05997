// The recorded run of the real contracts (tests/vectors/chain-run.json), decoded with viem.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeEventLog, type Abi, type Hex } from 'viem'
import {
  bondingRegistryAbi,
  ciphernodeRegistryAbi,
  interfoldAbi,
  randomnessProviderAbi,
  type Address,
  type RegistryEvent,
} from 'hamt-wasm/sortition'

export interface RawLog {
  address: Address
  transactionIndex: Hex
  topics: [Hex, ...Hex[]]
  data: Hex
  blockNumber: Hex
  logIndex: Hex
}
export interface ChainRun {
  chainId: number
  contracts: {
    interfold: Address
    ciphernodeRegistry: Address
    bondingRegistry: Address
    ticketToken: Address
    randomnessProvider?: Address
  }
  blocks: { number: number; hash: Hex; timestamp: number }[]
  logs: RawLog[]
  requests: {
    e3Id: Hex
    requestBlock: number
    requestBlockNumber: number
    committeeDeadline: number
    entropyBlock: number
    entropyBlockHash: Hex
    sortitionSeed: Hex
    ticketPrice: string
    threshold: [number, number]
    submissions: { node: Address; ticket: number; score: Hex }[]
    finalized: { committee: Address[]; scores: Hex[] }
  }[]
  stateChecks: {
    operator: Address
    timepoint: number
    ticketBalance: string
    active: boolean
    activeOperatorCount: number
  }[]
  rejected: {
    operator: Address
    ticket: number
    error: string
    e3Id: Hex
    note: string
    timestamp: number
    blockNumber: number
  }[]
  operators: Address[]
  bondOwners: Record<Address, Address>
}

/** An attempt to submit a ticket, and what the contract answered. */
export interface Attempt {
  operator: Address
  ticket: string
  accepted: boolean
  blockNumber: number
  timestamp: number
  transactionIndex: number
  score?: Hex
  error?: string
}

/** The recorded runs of the newer contracts (tests/vectors/chain-run-live.json, chain-run-upgrade.json). */
export interface LiveRun extends Omit<ChainRun, 'requests' | 'stateChecks' | 'rejected' | 'bondOwners'> {
  requests: {
    name: string
    e3Id: Hex
    kind?: 'A' | 'B' | 'C'
    policy: 'uncapped' | 'owner-cap'
    threshold: [number, number]
    requestBlock: number
    requestBlockNumber: number
    ticketPrice: string
    entropyBlockHash?: Hex
    submissionWindow?: number
    randomnessDeadline?: number
    provider?: Address
    admissionPolicy?: object
    activeOperatorCount: number
    operators: {
      operator: Address
      owner?: Address
      eligible: boolean
      ticketBalance: string
      tickets: number
    }[]
    fulfilment?: { usable: boolean; fulfilledAt: number }
    seed: Hex | null
    committeeDeadline: number
    attempts: Attempt[]
    finalized?: { committee: Address[]; scores: Hex[] }
    failed?: { nodesSubmitted: number; thresholdRequired: number; reason: 1 | 2 }
  }[]
  stateChecks: {
    operator: Address
    timepoint: number
    ticketBalance: string
    eligible: boolean
    activeOperatorCount: number
    owner?: Address
  }[]
}

export function vectors<T>(name: string): T {
  return JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../vectors/${name}.json`, import.meta.url)), 'utf8'),
  ) as T
}

export const run = vectors<ChainRun>('chain-run')

/** Every log that is an event of the sortition, decoded with the events of its own contract. */
export function decode(chain: Pick<ChainRun, 'contracts' | 'blocks' | 'logs'> = run): RegistryEvent[] {
  const abis = new Map<string, Abi>([
    [chain.contracts.ciphernodeRegistry.toLowerCase(), ciphernodeRegistryAbi],
    [chain.contracts.bondingRegistry.toLowerCase(), bondingRegistryAbi],
    [chain.contracts.interfold.toLowerCase(), interfoldAbi],
    [chain.contracts.randomnessProvider?.toLowerCase() ?? '', randomnessProviderAbi],
  ])
  const times = new Map(chain.blocks.map((b) => [BigInt(b.number), BigInt(b.timestamp)]))
  return chain.logs.flatMap((log) => {
    const abi = abis.get(log.address.toLowerCase())
    if (!abi) return []
    const decoded = decodeOrNot(abi, log)
    if (!decoded) return []
    const blockNumber = BigInt(log.blockNumber)
    return [
      {
        ...decoded,
        address: log.address,
        blockNumber,
        logIndex: Number(log.logIndex),
        timestamp: times.get(blockNumber)!,
      },
    ]
  })
}

function decodeOrNot(abi: Abi, { topics, data }: RawLog): { eventName: string; args: object } | undefined {
  try {
    const { eventName, args } = decodeEventLog({ abi, topics, data }) as { eventName: string; args: object }
    return { eventName, args }
  } catch {
    return undefined // an event that is none of ours
  }
}
