// Logs put together: copies, removed logs, blocks and contracts, checked against each other.
import { given } from '../core.js'
import { type ContractName, contractNames, eventNamed } from './decode.js'
import { describe, type RegistryEvent } from './events.js'
import { idText } from './text.js'
import { argsAs, LogError, type LogEntry, sameContent } from './log-entry.js'
import { type LogCounts, type Logs } from './logs.js'
import { type Address, type Hex, own } from './values.js'

/** What one log or one list says about a block. */
export interface BlockFacts {
  readonly where: string
  readonly hash: Hex | undefined
  readonly time: number | undefined
  readonly parent: Hex | undefined
  /** Who says it: of a log that was removed, the block has left the chain. */
  readonly source: 'block' | 'log' | 'removed log'
}

/** What is known of a block of the chain, and where it was read. */
interface Block {
  hash: { value: Hex; where: string } | undefined
  time: { value: number; where: string } | undefined
  parent: { value: Hex; where: string } | undefined
}

type Entries = ReadonlyMap<number, ReadonlyMap<number, readonly LogEntry[]>>
type Named = ReadonlyMap<ContractName, { address: Address; where: string }>
type Addresses = ReadonlyMap<Address, ContractName>

/** Counts in `counts`. LogError names the two positions that contradict each other. */
export function combineLogs(
  entries: Entries,
  facts: ReadonlyMap<number, readonly BlockFacts[]>,
  named: Named,
  counts: LogCounts,
): Omit<Logs, 'chainId' | 'thresholds' | 'counts'> {
  const notes: string[] = []
  const orphans = orphanedBlocks(facts)
  const taken: LogEntry[] = []
  const logs = survivors(entries, counts, taken)
  requireWholeBlocks(logs, taken, facts)
  const blocks = chainOf(facts, orphans)
  const addresses = contractsOf(logs, named, notes)
  const events = eventsOf(logs, addresses, blocks)
  counts.events = events.length
  counts.others = logs.length - events.length
  if (events.length === 0 && counts.others > 0)
    throw new LogError(`0 of ${counts.logs} logs are events of these contracts${foundText(logs, named)}`)
  requireEmitters(logs, named)
  requireTransactions(logs)
  const of = (contract: ContractName) => [...addresses].flatMap(([a, name]) => (name === contract ? [a] : []))
  const emitting = contractNames.filter((name) => of(name).length > 0)
  return {
    events,
    removed: taken.flatMap((log) => {
      const contract = contractOf(log, addresses)
      const event = contract && argsAs(log, contract)
      return event ? [{ ...event, blockNumber: BigInt(log.blockNumber), logIndex: log.logIndex }] : []
    }),
    blockHashes: new Map([...blocks].flatMap(([n, { hash }]) => (hash ? [[n, hash.value]] : []))),
    latest: latestOf(blocks),
    contracts: Object.fromEntries(emitting.map((name) => [name, of(name)])),
    notes: [...notesOf(counts), ...notes, ...unrequestedNotes(events)],
  }
}

function notesOf({ logs, pending, removed, others }: LogCounts): string[] {
  const were = (n: number) => `${n} of ${logs} logs ${n === 1 ? 'was' : 'were'}`
  return [
    ...(pending > 0 ? [`${were(pending)} skipped as pending, in no block yet`] : []),
    ...(removed > 0 ? [`${were(removed)} taken back, as removed from the chain`] : []),
    ...(others > 0 ? [`${were(others)} passed over, as of other contracts or other events`] : []),
  ]
}

export const requestNames = ['CommitteeRequested', 'CommitteeRandomnessRequested']
const mostNamed = 5

/**
 * Draws whose request is not among their logs, by the first of these: logs of the registry and of the
 * controller. Providers of random words and bonding registries may serve other registries, too. O(events).
 */
export function unrequested(events: readonly RegistryEvent[]): Map<bigint, RegistryEvent> {
  const draws = new Map<bigint, RegistryEvent>()
  const requested = new Set<bigint>()
  for (const event of events) {
    const e3Id = own(event.args as { e3Id?: bigint }, 'e3Id')
    const contract = eventNamed(event.eventName)?.contract
    if (e3Id === undefined || (contract !== 'ciphernodeRegistry' && contract !== 'interfold')) continue
    if (requestNames.includes(event.eventName)) requested.add(e3Id)
    else if (!draws.has(e3Id)) draws.set(e3Id, event)
  }
  for (const e3Id of requested) draws.delete(e3Id)
  return draws
}

function unrequestedNotes(events: readonly RegistryEvent[]): string[] {
  const draws = [...unrequested(events).keys()]
  if (draws.length === 0) return []
  const some = draws.slice(0, mostNamed).map(idText).join(', ')
  const more = draws.length > mostNamed ? ` and ${draws.length - mostNamed} more` : ''
  return [`logs are there of ${some}${more}, and not the request, so that it is not judged`]
}

// --- copies and removed logs ---------------------------------------------------------------------

function orphanedBlocks(facts: ReadonlyMap<number, readonly BlockFacts[]>): Map<number, Set<Hex>> {
  const orphans = new Map<number, Set<Hex>>()
  for (const [number, list] of facts) {
    const hashes = list.flatMap(({ source, hash }) => (source === 'removed log' && hash ? [hash] : []))
    if (hashes.length > 0) orphans.set(number, new Set(hashes))
  }
  return orphans
}

/** One entry for each position that the chain still has, in its order. */
function survivors(entries: Entries, counts: LogCounts, taken: LogEntry[]): LogEntry[] {
  const out: LogEntry[] = []
  for (const number of [...entries.keys()].sort(ascending)) {
    const block = entries.get(number)!
    for (const index of [...block.keys()].sort(ascending)) {
      const all = block.get(index)!
      const log = all.length === 1 && !all[0]!.removed ? all[0] : resolvePosition(all, counts, taken)
      if (log) out.push(log)
    }
  }
  return out
}

function ascending(a: number, b: number): number {
  return a - b
}

/** Takes back what was removed, with its copies; what is left must be one log. */
function resolvePosition(
  all: readonly LogEntry[],
  counts: LogCounts,
  taken: LogEntry[],
): LogEntry | undefined {
  const removed = all.filter((log) => log.removed)
  counts.removed += removed.length
  taken.push(...removed)
  let kept: LogEntry | undefined
  for (const log of all) {
    if (log.removed) continue
    const copies = removed.filter((each) => sameContent(each, log))
    if (copies.some(({ blockHash }) => blockHash === log.blockHash)) {
      ++counts.removed
      continue
    }
    const other = copies.find(({ blockHash }) => blockHash === undefined || log.blockHash === undefined)
    if (other)
      throw new LogError(
        `${log.where}: whether this log is the one that was removed, in ${other.where}, cannot be told without blockHash`,
      )
    if (!kept) kept = log
    else {
      mergeCopy(kept, log)
      ++counts.copies
    }
  }
  return kept
}

/** A log leaves the chain with its block: all logs of a block do, or none. */
function requireWholeBlocks(
  logs: readonly LogEntry[],
  taken: readonly LogEntry[],
  facts: ReadonlyMap<number, readonly BlockFacts[]>,
): void {
  if (taken.length === 0) return
  const stayed = new Map<number, Map<Hex | undefined, LogEntry>>()
  for (const number of new Set(taken.map(({ blockNumber }) => blockNumber))) stayed.set(number, new Map())
  for (const log of logs) stayed.get(log.blockNumber)?.set(log.blockHash, log)
  for (const { where, blockNumber, blockHash } of taken) {
    const block = stayed.get(blockNumber)!
    const sibling = blockHash && block.get(blockHash)
    if (sibling) {
      throw new LogError(
        `${where} was removed from the chain, and ${sibling.where} of the same block was not: a block leaves with all its logs`,
      )
    }
    const [other] = blockHash ? [block.get(undefined)] : block.values()
    if (other) {
      throw new LogError(
        `${where} was removed from the chain, and ${other.where} of block ${blockNumber} was not: whether they are of one block ` +
          'cannot be told without blockHash',
      )
    }
    const known = facts.get(blockNumber) ?? []
    const listed = known.find(({ source, hash }) => source === 'block' && hash && hash === blockHash)
    if (listed && !known.some(({ hash }) => hash && hash !== blockHash))
      throw new LogError(
        `${where} was removed from the chain with its block, and ${listed.where} has the block`,
      )
  }
}

/** Fills in what a copy says in addition. */
function mergeCopy(log: LogEntry, copy: LogEntry): void {
  if (log.blockHash && copy.blockHash && log.blockHash !== copy.blockHash)
    throw new LogError(`${copy.where}: block ${log.blockNumber} has another hash here than in ${log.where}`)
  if (!sameContent(log, copy))
    throw new LogError(`${copy.where}: there is another log at ${positionText(log)}, in ${log.where}`)
  log.blockHash ??= copy.blockHash
  log.address ??= copy.address
  log.transactionHash ??= copy.transactionHash
  log.transactionIndex ??= copy.transactionIndex
}

function positionText({ blockNumber, logIndex }: LogEntry): string {
  return describe({ blockNumber, logIndex })
}

// --- blocks --------------------------------------------------------------------------------------

/** The blocks of the chain: one hash, one time, each no earlier than the one before. */
function chainOf(
  facts: ReadonlyMap<number, readonly BlockFacts[]>,
  orphans: ReadonlyMap<number, ReadonlySet<Hex>>,
): Map<number, Block> {
  const blocks = new Map<number, Block>()
  const numbers = new Map<Hex, number>()
  let last: { number: number; block: Block } | undefined
  let lastTime: { value: number; where: string } | undefined
  for (const number of [...facts.keys()].sort(ascending)) {
    const block: Block = { hash: undefined, time: undefined, parent: undefined }
    for (const { where, hash, time, parent, source } of facts.get(number)!) {
      if (source === 'removed log' || (hash && orphans.get(number)?.has(hash))) continue
      note(block, 'hash', hash, number, where)
      note(block, 'time', time, number, where)
      note(block, 'parent', parent, number, where)
    }
    const { hash, time, parent } = block
    const other = hash && numbers.get(hash.value)
    if (hash && other !== undefined)
      throw new LogError(`${hash.where}: block ${number} has the hash of block ${other}`)
    if (hash) numbers.set(hash.value, number)
    if (time && lastTime && time.value < lastTime.value) {
      throw new LogError(
        `${time.where}: block ${number} has the time ${time.value}, and an earlier block ${lastTime.value}, in ${lastTime.where}`,
      )
    }
    if (parent && last?.number === number - 1 && last.block.hash && last.block.hash.value !== parent.value)
      throw new LogError(
        `${parent.where}: block ${number} does not follow the block ${number - 1} of these logs`,
      )
    if (parent && orphans.get(number - 1)?.has(parent.value))
      throw new LogError(
        `${parent.where}: block ${number} follows a block ${number - 1} whose logs were removed from the chain`,
      )
    lastTime = time ?? lastTime
    last = { number, block }
    blocks.set(number, block)
  }
  for (const [number, { parent }] of blocks) {
    const other = parent && numbers.get(parent.value)
    if (parent && other !== undefined && other !== number - 1)
      throw new LogError(`${parent.where}: block ${number} says that it follows block ${other}`)
  }
  return blocks
}

function note<Name extends keyof Block>(
  block: Block,
  name: Name,
  value: NonNullable<Block[Name]>['value'] | undefined,
  number: number,
  where: string,
): void {
  if (value === undefined) return
  const known = block[name]
  if (known && known.value !== value) {
    throw new LogError(
      `${where}: block ${number} has another ${name} here than in ${known.where}: ${value}, and there ${known.value}`,
    )
  }
  block[name] ??= { value, where } as Block[Name]
}

function latestOf(blocks: ReadonlyMap<number, Block>): Logs['latest'] {
  let latest: Logs['latest']
  for (const [blockNumber, { time }] of blocks) {
    if (time && (!latest || blockNumber > latest.blockNumber)) latest = { blockNumber, timestamp: time.value }
  }
  return latest
}

// --- contracts -----------------------------------------------------------------------------------

/**
 * Whose logs are whose: as named, else by what they emit. Two contracts that emit events of one kind are an
 * error, not a guess. The events of the registry of ciphernodes name the others: their ids the controller,
 * requests the providers.
 */
function contractsOf(logs: readonly LogEntry[], named: Named, notes: string[]): Addresses {
  const addresses = new Map<Address, ContractName>()
  const add = (address: Address, name: ContractName) => {
    const other = addresses.get(address)
    if (other !== undefined && other !== name)
      throw new LogError(`${address} cannot be both ${other} and ${name}: name the contracts`)
    addresses.set(address, name)
  }
  for (const name of ['ciphernodeRegistry', 'bondingRegistry'] as const) {
    const emitters = named.get(name) ? [named.get(name)!.address] : emittersOf(logs, name)
    if (emitters.length > 1) {
      throw new LogError(
        `${emitters.length} contracts emit events of ${name} (${emitters.slice(0, 4).join(', ')}): name the one that is meant`,
      )
    }
    for (const address of emitters) add(address, name)
  }
  const { interfolds, providers } = namedByRegistry(logs, addresses)
  for (const name of ['interfold', 'randomnessProvider'] as const) {
    const said = name === 'interfold' ? interfolds : providers
    const emitters = emittersOf(logs, name)
    const one = named.get(name)
    if (one && said.size > 0 && !said.has(one.address)) {
      throw new LogError(
        `the contract ${name} is ${one.address} in ${one.where}, and the logs of the ciphernode registry say ${[...said][0]}`,
      )
    }
    const known = said.size > 0 ? emitters.filter((each) => said.has(each)) : one ? [one.address] : emitters
    if (known.length > 1 && said.size === 0)
      notes.push(
        `${known.length} contracts emit events of ${name}, and none was read: name the one that is meant`,
      )
    else for (const address of known) add(address, name)
  }
  return addresses
}

/** Who emits events of a contract that can be decoded, in the order of the chain. */
function emittersOf(logs: readonly LogEntry[], name: ContractName): Address[] {
  const emitters = new Set<Address>()
  for (const log of logs) {
    if (log.address && !emitters.has(log.address) && emits(log, name)) emitters.add(log.address)
  }
  return [...emitters]
}

/**
 * Whether a log can be decoded as an event of a contract. Where it cannot, it is another contract's event of
 * the same signature, or malformed: which of the two is known once its contract is.
 */
function emits(log: LogEntry, name: ContractName): boolean {
  try {
    return argsAs(log, name) !== undefined
  } catch {
    return false
  }
}

function namedByRegistry(
  logs: readonly LogEntry[],
  addresses: Addresses,
): { interfolds: Set<Address>; providers: Set<Address> } {
  const interfolds = new Set<Address>()
  const providers = new Set<Address>()
  for (const log of logs) {
    if (contractOf(log, addresses) !== 'ciphernodeRegistry') continue
    const { e3Id, provider, randomnessProvider } = given(
      argsAs(log, 'ciphernodeRegistry')?.args as
        { e3Id?: bigint; provider?: Address; randomnessProvider?: Address } | undefined,
    )
    // An e3Id is the controller's address and a counter of 96 bits.
    if (e3Id !== undefined && e3Id >> 96n > 0n)
      interfolds.add(`0x${(e3Id >> 96n).toString(16).padStart(40, '0')}`)
    if (provider) providers.add(provider)
    if (randomnessProvider) providers.add(randomnessProvider)
  }
  return { interfolds, providers }
}

/** Whose log it is; a decoded log without an address is of the contract that has such an event. */
function contractOf(log: LogEntry, addresses: Addresses): ContractName | undefined {
  return log.address ? addresses.get(log.address) : log.candidates[0]?.contract
}

function foundText(logs: readonly LogEntry[], named: Named): string {
  if (named.size === 0) return ''
  const found = contractNames.flatMap((name) => emittersOf(logs, name).map((address) => `${name} ${address}`))
  const wanted = [...named].map(([name, { address }]) => `${name} ${address}`)
  return `: ${wanted.join(', ')} were named${found.length > 0 ? `, and found ${found.slice(0, 4).join(', ')}` : ''}`
}

/** A contract that was named and emits none of its events, while another emits them, was named wrongly. */
function requireEmitters(logs: readonly LogEntry[], named: Named): void {
  for (const [name, { address, where }] of named) {
    const emitters = emittersOf(logs, name)
    if (emitters.length === 0 || emitters.includes(address)) continue
    throw new LogError(
      `no log is of the ${name} ${address} that ${where} names, and ${emitters[0]} emits such events`,
    )
  }
}

// --- events --------------------------------------------------------------------------------------

function eventsOf(
  logs: readonly LogEntry[],
  addresses: Addresses,
  blocks: ReadonlyMap<number, Block>,
): RegistryEvent[] {
  return logs.flatMap((log): RegistryEvent[] => {
    const contract = contractOf(log, addresses)
    const event = contract && argsAs(log, contract)
    if (!event) {
      if (contract) refuseForeignEvent(log, contract)
      return []
    }
    const time = blocks.get(log.blockNumber)?.time?.value
    if (time === undefined) {
      throw new LogError(
        `${log.where}: the time of block ${log.blockNumber} is not known: logs need a blockTimestamp, or blocks beside them`,
      )
    }
    const { blockNumber, logIndex, address, transactionHash, transactionIndex } = log
    const position = { blockNumber: BigInt(blockNumber), logIndex, timestamp: BigInt(time) }
    const of = {
      ...(address && { address }),
      ...(transactionHash && { transactionHash }),
      ...(transactionIndex !== undefined && { transactionIndex }),
    }
    return [{ ...event, ...position, ...of }]
  })
}

/** A contract of these that emits an event of another of these has a wrong address, or its log has. */
function refuseForeignEvent(log: LogEntry, contract: ContractName): void {
  for (const { contract: other, item } of log.candidates) {
    if (!emits(log, other)) continue
    throw new LogError(`${log.where}: ${item.name} is an event of ${other}, and the log is of ${contract}`)
  }
}

/**
 * Logs of one block are in the order of its transactions; a transaction is in one block, with one hash and
 * one index.
 */
function requireTransactions(logs: readonly LogEntry[]): void {
  const byHash = new Map<Hex, LogEntry>()
  /** The last log of the block that says its transaction's index, and its hash. */
  let [lastIndex, lastHash]: (LogEntry | undefined)[] = []
  for (const log of logs) {
    const { transactionIndex: index, transactionHash: hash } = log
    if (lastIndex?.blockNumber !== log.blockNumber) lastIndex = undefined
    if (lastHash?.blockNumber !== log.blockNumber) lastHash = undefined
    if (index !== undefined) {
      if (lastIndex && index < lastIndex.transactionIndex!) {
        throw new LogError(
          `${log.where}: its logIndex comes after that of ${lastIndex.where}, whose transaction comes later: logIndex must count the ` +
            'logs of a block',
        )
      }
      if (hash && lastHash && hash !== lastHash.transactionHash && index === lastHash.transactionIndex)
        throw new LogError(
          `${log.where}: transaction ${index} has another hash here than in ${lastHash.where}`,
        )
      lastIndex = log
    }
    if (hash === undefined) continue
    const other = byHash.get(hash)
    if (other) requireSameTransaction(log, other, lastHash)
    byHash.set(hash, other?.transactionIndex === undefined ? log : other)
    lastHash = log
  }
}

/** Two logs of one transaction, and the log with a transaction's hash that comes before the second. */
function requireSameTransaction(log: LogEntry, other: LogEntry, previous: LogEntry | undefined): void {
  const [index, first] = [log.transactionIndex, other.transactionIndex]
  if (other.blockNumber !== log.blockNumber) {
    throw new LogError(
      `${log.where}: its transaction is in block ${log.blockNumber} here, and in block ${other.blockNumber} in ${other.where}`,
    )
  }
  if (index !== undefined && first !== undefined && index !== first)
    throw new LogError(
      `${log.where}: its transaction has index ${index} here, and ${first} in ${other.where}`,
    )
  if (previous && previous.transactionHash !== log.transactionHash) {
    throw new LogError(
      `${log.where}: its transaction is that of ${other.where}, and ${previous.where} between them is of another: a ` +
        'transaction’s logs follow each other',
    )
  }
}
