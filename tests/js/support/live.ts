// A second implementation of the rules of the newer protocol, as plain as can be: every answer from the list
// of events, no state kept, no code shared with the first but the naive scores.
import { type Address, type RegistryEvent } from 'hamt-wasm/sortition'
import { naiveScore, naiveState, type NaiveState } from './naive.js'

export interface NaivePolicy {
  cooldownEnabled: boolean
  admissionsPaused: boolean
  cooldownDuration: number
  pauseTimepoint: number
  pauseCooldownEnabled: boolean
  pauseCooldownDuration: number
}
export const noPolicy: NaivePolicy = {
  cooldownEnabled: false,
  admissionsPaused: false,
  cooldownDuration: 0,
  pauseTimepoint: 0,
  pauseCooldownEnabled: false,
  pauseCooldownDuration: 0,
}

export interface LogPosition {
  blockNumber: bigint
  logIndex: number
}
export const isBefore = (a: LogPosition, b: LogPosition): boolean =>
  a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.logIndex < b.logIndex)

/** The last event of a name for which `counts` holds. */
function last<A>(
  events: readonly RegistryEvent[],
  name: string,
  counts: (e: RegistryEvent) => boolean,
): A | undefined {
  return events.filter((e) => e.eventName === name && counts(e)).at(-1)?.args as A | undefined
}

export interface LiveState extends NaiveState {
  admittedSince?: bigint
}

/** The state after those of `events` for which `counts` holds, admissions included. */
export function liveState(
  events: readonly RegistryEvent[],
  counts: (e: RegistryEvent) => boolean,
): Map<Address, LiveState> {
  const states: Map<Address, LiveState> = naiveState(events, counts)
  for (const e of events) {
    if (e.eventName !== 'AdmissionStarted' || !counts(e)) continue
    const { operator, timepoint } = e.args as { operator: Address; timepoint: number }
    const key = operator.toLowerCase() as Address
    const before = states.get(key) ?? { registered: false, active: false, ticketBalance: 0n }
    states.set(key, { ...before, admittedSince: BigInt(timepoint) })
  }
  return states
}

export function liveAt(events: readonly RegistryEvent[], t: bigint): Map<Address, LiveState> {
  return liveState(events, (e) => e.timestamp <= t)
}

/** Those of `liveAt` that are eligible at t: active and admitted. */
export function eligibleAt(events: readonly RegistryEvent[], t: bigint): Map<Address, LiveState> {
  const policy =
    last<{ policy: NaivePolicy }>(events, 'AdmissionPolicyUpdated', (e) => e.timestamp <= t)?.policy ??
    noPolicy
  const b = BigInt(policy.pauseTimepoint)
  const atPause = policy.admissionsPaused ? liveAt(events, b) : undefined
  return new Map(
    [...liveAt(events, t)].filter(([node, { active, admittedSince }]) => {
      if (!active) return false
      const s = admittedSince ?? 0n
      if (!policy.admissionsPaused)
        return s === 0n || !policy.cooldownEnabled || t - s >= BigInt(policy.cooldownDuration)
      return (
        s <= b &&
        (s === 0n || !policy.pauseCooldownEnabled || b - s >= BigInt(policy.pauseCooldownDuration)) &&
        atPause!.get(node)?.active === true
      )
    }),
  )
}

/** What is in force for all before a position. */
export function settingsAt(events: readonly RegistryEvent[], position: LogPosition): Record<string, unknown> {
  const get = <A>(name: string) => last<A>(events, name, (e) => isBefore(e, position))
  const assets = get<{ ticketPrice: bigint }>('BondingAssetConfigUpdated')
  const window = get<{ sortitionSubmissionWindow: bigint }>('SortitionSubmissionWindowSet')
  const timeout = get<{ randomnessRequestTimeout: bigint }>('RandomnessRequestTimeoutSet')
  const provider = get<{ randomnessProvider: string }>('RandomnessProviderSet')
  return {
    ...(assets && { ticketPrice: assets.ticketPrice }),
    ...(window && { submissionWindow: window.sortitionSubmissionWindow }),
    ...(timeout && { randomnessTimeout: timeout.randomnessRequestTimeout }),
    ...(provider && { randomnessProvider: provider.randomnessProvider.toLowerCase() }),
    configurationVersion: get<{ version: bigint }>('EligibilityConfigurationVersionUpdated')?.version ?? 0n,
    admission: get<{ policy: NaivePolicy }>('AdmissionPolicyUpdated')?.policy ?? noPolicy,
  }
}

export interface LiveWinner {
  node: Address
  ticket: bigint
  score: bigint
}

/**
 * The `size` best owners' best operators of a list, or the `size` best operators where owners are not looked
 * at.
 */
export function seats(
  tickets: readonly LiveWinner[],
  size: number,
  ownerOf?: (node: Address) => Address | undefined,
): LiveWinner[] {
  const ranked = [...tickets].sort((a, b) =>
    a.score < b.score ? -1 : a.score > b.score ? 1 : a.node < b.node ? -1 : 1,
  )
  const owners = new Set<Address>()
  return ranked
    .filter(({ node }) => {
      if (!ownerOf) return true
      const owner = ownerOf(node)
      if (owner === undefined || owners.has(owner)) return false
      owners.add(owner)
      return true
    })
    .slice(0, size)
}

/** The committee had every eligible operator submitted its best ticket, ranked. */
export function idealOf(
  events: readonly RegistryEvent[],
  t: bigint,
  { e3Id, seed, price, size, cap }: { e3Id: bigint; seed: bigint; price: bigint; size: number; cap: boolean },
): LiveWinner[] {
  const nodes = eligibleAt(events, t)
  const bests = [...nodes].flatMap(([node, { ticketBalance }]) => {
    const scores: LiveWinner[] = []
    for (let ticket = 1n; ticket <= ticketBalance / price; ++ticket)
      scores.push({ node, ticket, score: naiveScore(node, ticket, e3Id, seed) })
    return scores.length === 0 ? [] : [scores.reduce((a, b) => (b.score < a.score ? b : a))]
  })
  return seats(bests, size, cap ? (node) => nodes.get(node)!.owner : undefined)
}
