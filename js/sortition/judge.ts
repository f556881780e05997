// From logs to verdicts: the requests that they have, and the evidence of each.
import { given } from '../core.js'
import { nameOf } from './apply-logs.js'
import { conflictOf, named, reportConflict, settingsConflict } from './conflicts.js'
import { type RegistryEvent } from './events.js'
import { type RequestEvidence } from './evidence.js'
import { requestNames } from './log-set.js'
import { LogError, type Logs, type Threshold } from './logs.js'
import { NodeRegistry, type Origin } from './registry.js'
import { hex, type Report } from './report.js'
import { type VrfInput } from './score.js'
import { type Policy } from './select.js'
import { type Hex, object, own, show } from './values.js'
import { idText, momentText } from './text.js'
import { cannotBeJudged, notDecided, type Verdict, verdictOf } from './verdict.js'
import { verifyRequest } from './verify.js'

// --- requests ------------------------------------------------------------------------------------

/** One request, with all events that bear its e3Id. */
export interface DrawLogs {
  /** The request. */
  e3Id: bigint
  /** `CommitteeRequested`, or `CommitteeRandomnessRequested`. */
  request: RegistryEvent
  /** T, in seconds. */
  time: bigint
  /** In the order of the chain, the request among them. */
  events: readonly RegistryEvent[]
  /** Words that answer its request for one, in the order of the chain, whatever their e3Id. */
  words: readonly RegistryEvent[]
  /** Whether logs of its provider of random words are there: then a word that is not there never came. */
  knowsProvider: boolean
  /** As the request says it, the controller's logs, or the files: the first of these that does. */
  threshold: Threshold | undefined
  /** As the others say it. */
  others: readonly Threshold[]
  /** Hashes of blocks by number, as far as they are known. */
  blockHashes: Logs['blockHashes']
  /** Of the chain, where the logs say it. */
  chainId: bigint | undefined
}

/**
 * The requests that logs have, in the order of the chain. LogError for one that was made twice. O(events).
 */
export function drawsIn(
  logs: Pick<Logs, 'events' | 'blockHashes' | 'chainId'> & Partial<Pick<Logs, 'thresholds'>>,
): Map<bigint, DrawLogs> {
  const byId = new Map<bigint, RegistryEvent[]>()
  // By controller and size.
  const sizes = new Map<string, Threshold>()
  const draws = new Map<bigint, DrawLogs>()
  const thresholds = new Map<bigint, Threshold>()
  const words = new RandomWords()
  for (const event of logs.events) {
    const args = event.args as { e3Id?: bigint; size?: number; threshold?: [number, number] }
    const e3Id = own(args, 'e3Id')
    words.add(event)
    const sizeOf = (size: number | undefined) => `${own(event, 'address')?.toLowerCase()} ${size}`
    if (event.eventName === 'CommitteeThresholdsUpdated') sizes.set(sizeOf(args.size), args.threshold!)
    if (e3Id === undefined) continue
    if (event.eventName === 'E3Requested') {
      const size = sizes.get(sizeOf((event.args as { e3: { committeeSize: number } }).e3.committeeSize))
      if (size) thresholds.set(e3Id, size)
    }
    const mine = byId.get(e3Id)
    if (mine) mine.push(event)
    else byId.set(e3Id, [event])
  }
  for (const [e3Id, events] of byId) {
    const requests = events.filter(({ eventName }) => requestNames.includes(eventName))
    const [request, second] = requests
    if (!request) continue
    if (second)
      throw new LogError(`request ${idText(e3Id)} was made twice: ${nameOf(request)}, and ${nameOf(second)}`)
    const stated = given(request.args as { requestBlock?: bigint; threshold?: Threshold })
    const sources = [stated.threshold, thresholds.get(e3Id), logs.thresholds?.get(e3Id)]
    const [threshold, ...others] = sources.filter((each) => each !== undefined)
    draws.set(e3Id, {
      e3Id,
      request,
      time: stated.requestBlock ?? request.timestamp,
      events,
      threshold,
      others,
      ...words.of(request, events),
      blockHashes: logs.blockHashes,
      chainId: logs.chainId,
    })
  }
  return new Map([...draws].sort(([, a], [, b]) => compareEvents(a.request, b.request)))
}

/** Random words by the request that they answer, who emitted some, and who was asked. */
class RandomWords {
  /** By the id of the request, and within it by who emits them; an empty text where a log does not say it. */
  readonly #byRequest = new Map<bigint, Map<string, RegistryEvent[]>>()
  readonly #emitters = new Set<string>()
  readonly #asked = new Map<string, RegistryEvent>()

  add(event: RegistryEvent): void {
    if (event.eventName !== 'RandomnessFulfilled') return
    const { requestId } = event.args as { requestId: bigint }
    const emitter = own(event, 'address')?.toLowerCase() ?? ''
    let known = this.#byRequest.get(requestId)
    if (!known) this.#byRequest.set(requestId, (known = new Map<string, RegistryEvent[]>()))
    const words = known.get(emitter)
    if (words) words.push(event)
    else known.set(emitter, [event])
    if (emitter !== '') this.#emitters.add(emitter)
  }

  /**
   * Those of a request by its provider, and the first without an address; of its own events where none
   * answers it. LogError for one that was asked for twice. O(events of the request).
   */
  of(request: RegistryEvent, events: readonly RegistryEvent[]): Pick<DrawLogs, 'words' | 'knowsProvider'> {
    const { requestId, provider } = given(request.args as { requestId?: bigint; provider?: string })
    if (requestId === undefined || provider === undefined) return { words: [], knowsProvider: false }
    const emitter = provider.toLowerCase()
    const name = `${emitter} ${requestId}`
    const other = this.#asked.get(name)
    if (other)
      throw new LogError(
        `${nameOf(other)} and ${nameOf(request)} both asked ${emitter} for word ${requestId}`,
      )
    this.#asked.set(name, request)
    const known = this.#byRequest.get(requestId)
    const answers = [...(known?.get(emitter) ?? []), ...(known?.get('')?.slice(0, 1) ?? [])]
    const byProvider = (event: RegistryEvent) => {
      const address = own(event, 'address')
      return address === undefined || address.toLowerCase() === emitter
    }
    const words = answers.length > 0 ? answers : named(events, 'RandomnessFulfilled').filter(byProvider)
    return {
      words: words.toSorted(compareEvents),
      knowsProvider: this.#emitters.has(emitter),
    }
  }
}

function compareEvents(a: RegistryEvent, b: RegistryEvent): number {
  return a.blockNumber < b.blockNumber ? -1 : a.blockNumber > b.blockNumber ? 1 : a.logIndex - b.logIndex
}

// --- verdicts ------------------------------------------------------------------------------------

/** What a caller knows beyond the logs. */
export interface JudgeOptions {
  /** It is compared with that of the request's kind. */
  policy?: Policy | undefined
  /** Hash of the entropy block, where the logs do not have it. */
  blockHash?: Hex | undefined
  /** As somebody says it; it is compared with the one that follows, and does not take its place. */
  seed?: bigint | undefined
  /** What the seed of a request for a random word is made of, where the logs do not have it. */
  vrf?: (Omit<VrfInput, 'e3Id'> & { e3Id?: bigint }) | undefined
  /** Of the chain, where the logs do not say it. */
  chainId?: bigint | undefined
  /** [H, N], where the logs of the controller do not say it. */
  threshold?: Threshold | undefined
  /** How many hashes the ideal committee is worth; 2^22 unless given, 0 leaves it out. */
  limit?: bigint | number | undefined
}

/** A verdict, and what it rests on. */
export interface Judgement extends Verdict {
  /** The request. */
  e3Id: bigint
  /** Where the evidence was complete enough to be checked. */
  report?: Report
  /** Where the seed came from, in words. */
  seedSource?: string
  /** What could not be checked, and why. */
  notes: string[]
}

/** Judges one request of `drawsIn` with a registry of `applyLogs`. Never throws for what the logs say. */
export function judgeDraw(registry: NodeRegistry, draw: DrawLogs, options: JudgeOptions = {}): Judgement {
  NodeRegistry.require(registry)
  const { e3Id } = object(draw, 'the draw') as unknown as DrawLogs
  const said = optionsOf(options)
  const without = (verdict: Verdict): Judgement => ({ ...verdict, e3Id, notes: [] })
  const missing = whatIsMissing(registry, draw)
  if (missing) return without(cannotBeJudged(missing))
  const conflict =
    conflictOf(draw) ?? settingsConflict(registry, draw) ?? contradictionOf(draw, said, registry)
  if (conflict) return without(cannotBeJudged(conflict))
  const gathered = gather(draw, said, given(registry.origin))
  if (gathered.needed !== undefined) return without(notDecided(gathered.needed))
  try {
    const report = verifyRequest(registry, gathered.evidence)
    const contradiction =
      seedConflict(report, said) ??
      unsupportedSeed(draw, report, said) ??
      (report.ok ? reportConflict(draw, report) : undefined)
    if (contradiction) return without(cannotBeJudged(contradiction))
    report.notes.push(...secondWord(draw))
    return { ...verdictOf(report), e3Id, report, seedSource: gathered.seedSource, notes: report.notes }
  } catch (e) {
    if (e instanceof TypeError || e instanceof RangeError) return without(cannotBeJudged(e.message))
    throw e
  }
}

/** What no verdict can do without. Where nobody submitted, nothing hangs on what operators had. */
function whatIsMissing(registry: NodeRegistry, { time, events }: DrawLogs): string | undefined {
  if (registry.changes === 0)
    return 'the registry of operators is missing, and so are the logs that it follows from'
  if (time === 0n) return undefined // no request has that time, and the check says so
  const { state } = registry.eligibility(time - 1n)
  if (!state.hasOperators)
    return `the logs from before the request are missing: no operator is known at ${momentText(time - 1n)}`
  if (!events.some(({ eventName }) => eventName === 'TicketSubmitted')) return undefined
  if (state.activeCount === 0 && !state.hasFunds)
    return 'the logs of the bonding registry are missing: no operator was ever active or had a balance'
  if (state.registeredCount === 0)
    return 'the logs of the ciphernode registry are missing: no operator was ever registered'
  return undefined
}

/** A note for words behind the first. */
function secondWord({ words: [first, second] }: DrawLogs): string[] {
  if (!second) return []
  return [`${nameOf(second)} answers the same request as ${nameOf(first!)}: only the first word counts`]
}

/** Own properties alone. TypeError for one of another type that is compared before it is checked. */
function optionsOf(options: JudgeOptions): JudgeOptions {
  const said = given(options)
  const { threshold, blockHash } = said
  if (threshold !== undefined && !Array.isArray(threshold))
    throw new TypeError(`threshold must be [H, N], got ${show(threshold)}`)
  for (const [what, text] of [
    ['blockHash', blockHash],
    ['vrf.registry', said.vrf && (given(said.vrf) as { registry?: unknown }).registry],
  ] as const)
    if (text !== undefined && typeof text !== 'string')
      throw new TypeError(`${what} must be text, 0x and hexadecimal digits, got ${show(text)}`)
  return said.vrf === undefined ? said : given({ ...said, vrf: given(said.vrf) as JudgeOptions['vrf'] })
}

/** What a caller says, and the logs or the registry otherwise. */
function contradictionOf(
  draw: DrawLogs,
  options: JudgeOptions,
  { origin }: NodeRegistry,
): string | undefined {
  const { entropyBlock, requestId } = given(
    draw.request.args as { entropyBlock?: bigint; requestId?: bigint },
  )
  const word = draw.words[0]?.args as { randomWord: bigint } | undefined
  const hash = entropyBlock === undefined ? undefined : draw.blockHashes.get(Number(entropyBlock))
  const pairs: [what: string, said: Value, logged: Value][] = [
    ['policy', options.policy, policyIn(draw)],
    ['committee size and threshold', options.threshold?.join(), draw.threshold?.join()],
    ['number of the chain', options.chainId ?? options.vrf?.chainId, draw.chainId ?? own(origin, 'chainId')],
    [`hash of block ${entropyBlock}`, options.blockHash?.toLowerCase(), hash],
    ['random word', options.vrf?.randomWord, word?.randomWord],
    ['request of the random word', options.vrf?.requestId, requestId],
    [
      'ciphernode registry',
      options.vrf?.registry.toLowerCase(),
      requestId === undefined ? undefined : own(draw.request, 'address'),
    ],
  ]
  if (options.vrf !== undefined && requestId === undefined)
    return `a random word was given, and the seed follows from the hash of block ${entropyBlock}`
  if (options.blockHash !== undefined && requestId !== undefined)
    return 'a block hash was given, and the seed follows from a random word'
  for (const [what, said, logged] of pairs) {
    if (said === undefined || logged === undefined || String(said) === String(logged)) continue
    const who = what === 'number of the chain' && draw.chainId === undefined ? 'registry says' : 'logs say'
    return `the ${what} was given as ${String(said)}, and the ${who} ${String(logged)}`
  }
  return undefined
}

/** A seed or a word that a caller says, and another seed that follows, or none. */
function seedConflict({ violations, usable, seed }: Report, said: JudgeOptions): string | undefined {
  if (said.seed === undefined && said.vrf === undefined) return undefined
  const faults = violations.filter(({ code }) => code === 'seed')
  const other = faults.find(({ expected }) => expected !== undefined)
  if (other && said.seed !== undefined)
    return `the seed was given as ${hex(said.seed)}, and ${hex(other.expected!)} follows`
  return faults.length > 0 && usable === false && seed === undefined
    ? 'a seed or a random word was given, and there was none: no random word came in time'
    : undefined
}

/** What the seed follows from and a caller alone says, when no score that was submitted follows from it. */
function unsupportedSeed(
  draw: DrawLogs,
  { seed, submissions }: Report,
  said: JudgeOptions,
): string | undefined {
  const sources = sourcesOf(draw, said)
  if (sources.length === 0 || seed === undefined || submissions.length === 0) return undefined
  const computed = new Set(submissions.map(({ node, ticket, score }) => `${node} ${ticket} ${score}`))
  const follows = named(draw.events, 'TicketSubmitted').some(({ args }) => {
    const { node, ticketId, score } = args as { node: string; ticketId: bigint; score: bigint }
    return computed.has(`${node.toLowerCase()} ${ticketId} ${score}`)
  })
  return follows ? undefined : `no submitted score follows from what was given: ${sources.join(', ')}`
}

/** What the seed rests on and no log says, in words. */
function sourcesOf({ request, words, blockHashes, chainId }: DrawLogs, said: JudgeOptions): string[] {
  const { seed, blockHash, vrf } = said
  const claimed = seed === undefined ? [] : [`the seed ${hex(seed)}`]
  if (request.eventName === 'CommitteeRequested') {
    const { entropyBlock } = request.args as { entropyBlock: bigint }
    if (blockHashes.has(Number(entropyBlock))) return []
    return blockHash === undefined
      ? claimed
      : [`the hash ${blockHash.toLowerCase()} of block ${entropyBlock}`]
  }
  if (words.length === 0 && vrf === undefined) return claimed
  const chain = chainId === undefined ? (said.chainId ?? vrf?.chainId) : undefined
  return [
    ...(words.length === 0 ? [`the random word ${hex(vrf!.randomWord)}`] : []),
    ...(chain === undefined ? [] : [`the number of the chain ${chain}`]),
    ...(own(request, 'address') === undefined && vrf ? [`the ciphernode registry ${vrf.registry}`] : []),
  ]
}

type Value = string | number | bigint | undefined

/** A request keeps its kind: the cap is a log of its own. */
function policyIn({ events }: DrawLogs): Policy {
  return named(events, 'CommitteeBondOwnerCapEnabled').length > 0 ? 'owner-cap' : 'uncapped'
}

/** Evidence, and where its seed comes from in words; or what is needed and not there. */
export type Gathered =
  { evidence: RequestEvidence; seedSource: string; needed?: undefined } | { needed: string }

/**
 * Whether no random word came in time, and none is missing among the logs: those of its provider are there.
 * Where other logs presuppose a word, it is missing, unless the breaker says that there was none.
 */
function isWithoutWord({ events, knowsProvider }: DrawLogs): boolean {
  const presupposes = ({ eventName, args }: RegistryEvent): boolean => {
    const said = args as { nodesSubmitted: bigint; reason: number | bigint }
    if (eventName === 'CommitteeFormationFailed') return said.nodesSubmitted > 0n
    if (eventName === 'E3Failed') return BigInt(said.reason) === 2n
    return eventName === 'TicketSubmitted' || eventName === 'SortitionCommitteeFinalized'
  }
  if (!events.some(presupposes)) return knowsProvider
  return named(events, 'RandomnessCircuitBreakerTripped').length > 0
}

/** What depends on the kind of the request, or what is needed and not there. */
type Partly = { parts: Partial<RequestEvidence>; seedSource: string; needed?: undefined } | { needed: string }

/** The evidence of one request for `verifyRequest`. */
export function evidenceOf(draw: DrawLogs, options: JudgeOptions = {}): Gathered {
  object(draw, 'the draw')
  return gather(draw, optionsOf(options), given<Origin>(undefined))
}

/** @param origin of the registry */
function gather(draw: DrawLogs, options: JudgeOptions, origin: Origin): Gathered {
  const { events, request } = draw
  const finalized = named(events, 'SortitionCommitteeFinalized')[0]
  const failed = named(events, 'CommitteeFormationFailed')[0]
  const e3Failed = named(events, 'E3Failed')[0]
  const common = {
    submissions: named(events, 'TicketSubmitted'),
    ...(finalized && { finalized }),
    ...(failed && { failed }),
    ...(e3Failed && { e3Failed }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.limit !== undefined && { limit: options.limit }),
  }
  const gathered =
    request.eventName === 'CommitteeRequested'
      ? fromBlock(draw, options)
      : fromRandomWord(draw, options, origin)
  if (gathered.needed !== undefined) return gathered
  const open = request.eventName === 'CommitteeRequested' && !finalized && !failed && !e3Failed
  const evidence = { ...common, ...gathered.parts, open } as unknown as RequestEvidence
  return { evidence, seedSource: gathered.seedSource, needed: undefined }
}

/**
 * The seed follows from a block hash; one that the caller says is scored with where the hash is not known.
 */
function fromBlock({ request, blockHashes }: DrawLogs, options: JudgeOptions): Partly {
  const { entropyBlock } = request.args as { entropyBlock: bigint }
  const blockHash = options.blockHash ?? blockHashes.get(Number(entropyBlock))
  if (blockHash === undefined && options.seed === undefined) {
    return {
      needed: `the hash of block ${entropyBlock}, from which the seed follows, is not in the logs: it must be given`,
    }
  }
  const seedSource =
    blockHash === undefined
      ? 'what was given'
      : `the hash of block ${entropyBlock}${options.blockHash ? ' that was given' : ''}`
  const parts = { request, blockHash, policy: 'uncapped' } as Partial<RequestEvidence>
  return { parts, seedSource, needed: undefined }
}

/** The seed follows from a random word, chain, registry and request. */
function fromRandomWord(draw: DrawLogs, options: JudgeOptions, origin: Origin): Partly {
  const { e3Id, request, words, threshold } = draw
  const size = options.threshold ?? threshold
  const chain = options.chainId ?? options.vrf?.chainId ?? draw.chainId ?? origin.chainId
  const registry = own(request, 'address') ?? options.vrf?.registry ?? origin.ciphernodeRegistry
  if (chain === undefined) return { needed: 'the number of the chain is not in the logs: it must be given' }
  if (!registry)
    return { needed: 'the address of the ciphernode registry is not in the logs: it must be given' }
  const parts = {
    request: { e3Id, ...(size && { threshold: size }) },
    randomness: request,
    fulfilment: words[0] ?? (isWithoutWord(draw) ? null : undefined),
    // A word that is in the logs was compared already, and may have come too late.
    vrf: { chainId: chain, registry, ...(words.length === 0 && { randomWord: options.vrf?.randomWord }) },
    policy: policyIn(draw),
  } as Partial<RequestEvidence>
  return { parts, seedSource: 'the random word', needed: undefined }
}
