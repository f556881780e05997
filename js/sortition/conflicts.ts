// Statements about one request that cannot all be of one chain: each is there twice, and must be the same
// both times.
import { given } from '../core.js'
import { nameOf } from './apply-logs.js'
import { type RegistryEvent } from './events.js'
import { type DrawLogs } from './judge.js'
import { type NodeRegistry } from './registry.js'
import { type Report } from './report.js'
import { idText } from './text.js'
import { type Address, own } from './values.js'

type Events = readonly RegistryEvent[]

const resultNames = ['SortitionCommitteeFinalized', 'CommitteeFormationFailed']
const controllerNames = ['E3Requested', 'E3Failed']

export function named(events: Events, ...names: readonly string[]): RegistryEvent[] {
  return events.filter(({ eventName }) => names.includes(eventName))
}

/**
 * The first two statements that contradict each other, in words; undefined for none. O(events of the
 * request).
 */
export function conflictOf(draw: DrawLogs): string | undefined {
  return (
    repeated(draw) ??
    controllerConflict(draw) ??
    requestConflict(draw) ??
    capConflict(draw) ??
    failureConflict(draw) ??
    activationConflict(draw) ??
    expulsionConflict(draw) ??
    breakerConflict(draw) ??
    unsubmittedSeat(draw)
  )
}

/** What happens once. */
function repeated({ e3Id, events }: DrawLogs): string | undefined {
  const once: [what: string, ...names: string[]][] = [
    ['has two results', ...resultNames],
    ['failed twice', 'E3Failed'],
    ['was ordered twice', 'E3Requested'],
    ['was capped twice', 'CommitteeBondOwnerCapEnabled'],
  ]
  for (const [what, ...names] of once) {
    const [first, second] = named(events, ...names)
    if (second) return `request ${idText(e3Id)} ${what}: ${nameOf(first!)}, and ${nameOf(second)}`
  }
  return undefined
}

/** An e3Id is the address of its controller and a counter of 96 bits. */
function controllerConflict({ e3Id, events }: DrawLogs): string | undefined {
  const controller = e3Id >> 96n
  if (controller === 0n) return undefined
  const other = named(events, ...controllerNames).find(
    (event) => BigInt(own(event, 'address') ?? controller) !== controller,
  )
  return other && `${nameOf(other)} is of ${other.address}, and the e3Id of another controller`
}

/** The controller says the request in its transaction, at its time and of its size. */
function requestConflict({ events, request, time, threshold, others }: DrawLogs): string | undefined {
  const other = others.find((each) => each.join() !== threshold?.join())
  if (other)
    return `[H, N] is said to be [${threshold!.join(', ')}] in one place, and [${other.join(', ')}] in another`
  const [made] = named(events, 'E3Requested')
  if (!made) return undefined
  if (!isOneTransaction(made, request) || isBefore(made, request))
    return `${nameOf(made)} does not follow ${nameOf(request)} in its transaction`
  const { requestBlock } = (made.args as { e3?: { requestBlock?: bigint } }).e3 ?? {}
  if (requestBlock !== undefined && requestBlock !== time)
    return `${nameOf(made)} says that the request is of second ${requestBlock}, and ${nameOf(request)} of ${time}`
  return undefined
}

/** The cap comes with the request for a random word, before it. */
function capConflict({ events, request }: DrawLogs): string | undefined {
  const [cap] = named(events, 'CommitteeBondOwnerCapEnabled')
  if (!cap) return undefined
  if (request.eventName !== 'CommitteeRandomnessRequested')
    return `${nameOf(cap)} is of a request that draws on a block hash, ${nameOf(request)}`
  if (isOneTransaction(cap, request) && isBefore(cap, request)) return undefined
  return `${nameOf(cap)} does not come before ${nameOf(request)} in its transaction`
}

/** A failure before there was a committee, or after. */
function failureConflict({ events }: DrawLogs): string | undefined {
  const [e3Failed] = named(events, 'E3Failed')
  if (!e3Failed) return undefined
  const [end] = named(events, ...resultNames)
  const { failedAtStage, reason } = e3Failed.args as {
    failedAtStage: number | bigint
    reason: number | bigint
  }
  const stage = Number(failedAtStage)
  if (stage === 0) return `${nameOf(e3Failed)} says stage 0, in which there is no request`
  if (end?.eventName === 'CommitteeFormationFailed') {
    if (isOneTransaction(end, e3Failed) && isBefore(end, e3Failed)) return undefined
    return `${nameOf(e3Failed)} does not follow ${nameOf(end)} in its transaction`
  }
  if (stage === 1 && !end && BigInt(reason) === 2n)
    return `${nameOf(e3Failed)} says reason 2, and the CommitteeFormationFailed that goes with it is missing`
  if (stage === 1)
    return end && `${nameOf(end)} forms a committee, and ${nameOf(e3Failed)} says that there was none`
  if (end && isBefore(end, e3Failed)) return undefined
  return `${nameOf(e3Failed)} says stage ${stage}, which comes after a committee, and none was formed before it`
}

/** A committee is active from its finalization on, and inactive from a failure on. */
function activationConflict({ events }: DrawLogs): string | undefined {
  const changes = named(events, 'CommitteeActivationChanged')
  const [first] = changes
  if (!first) return undefined
  const { active } = first.args as { active: boolean }
  const [result] = named(events, ...resultNames)
  const end = result ?? named(events, 'E3Failed')[0]
  const isFormed = end?.eventName === 'SortitionCommitteeFinalized'
  if (!end || isBefore(first, end))
    return `${nameOf(first)} comes before the end of the draw, or that is missing`
  if (active !== isFormed) return `${nameOf(first)} says ${active}, after ${nameOf(end)}`
  // A change changes something, and nothing changes twice in the transaction of the end.
  let last = first
  for (const next of changes.slice(1)) {
    const isRepeated = (next.args as { active: boolean }).active === (last.args as { active: boolean }).active
    if (isRepeated || isOneTransaction(next, end))
      return `${nameOf(next)} cannot follow ${nameOf(last)}, after ${nameOf(end)}`
    last = next
  }
  return undefined
}

/** Members are expelled from a committee that there is, one by one. */
function expulsionConflict({ events }: DrawLogs): string | undefined {
  const [end] = named(events, 'SortitionCommitteeFinalized')
  const committee = ((end?.args as { committee?: Address[] } | undefined)?.committee ?? []).map(lowerCase)
  const left = new Set(committee)
  for (const expelled of named(events, 'CommitteeMemberExpelled')) {
    const { node, activeCountAfter } = expelled.args as { node: Address; activeCountAfter: bigint }
    if (!end || isBefore(expelled, end)) return `${nameOf(expelled)} comes before there was a committee`
    if (!left.delete(lowerCase(node))) return `${nameOf(expelled)} is of ${node}, which is no member then`
    if (activeCountAfter !== BigInt(left.size))
      return `${nameOf(expelled)} leaves ${activeCountAfter} members, and ${left.size} of ${committee.length} are left`
  }
  return undefined
}

/** The breaker trips for the word that was asked for, once its deadline has passed. */
function breakerConflict({ events, request }: DrawLogs): string | undefined {
  const asked = request.args as { requestId?: bigint; provider?: Address; randomnessDeadline?: bigint }
  for (const breaker of named(events, 'RandomnessCircuitBreakerTripped')) {
    const said = breaker.args as { requestId: bigint; randomnessProvider: Address }
    if (
      said.requestId !== asked.requestId ||
      lowerCase(said.randomnessProvider) !== lowerCase(asked.provider)
    )
      return `${nameOf(breaker)} is not of the word that ${nameOf(request)} asked for`
    if (isBefore(breaker, request) || breaker.timestamp <= asked.randomnessDeadline!)
      return `${nameOf(breaker)} comes before the deadline of the word that ${nameOf(request)} asked for`
  }
  return undefined
}

/** An operator takes its seat in the transaction of its first submission. */
function unsubmittedSeat({ events }: DrawLogs): string | undefined {
  const submissions = new Map<Address, RegistryEvent>()
  for (const each of named(events, 'TicketSubmitted')) {
    const node = lowerCase((each.args as { node: Address }).node)
    if (!submissions.has(node)) submissions.set(node, each)
  }
  for (const seat of named(events, 'CommitteeObligationUpdated')) {
    const { operator, active } = seat.args as { operator: Address; active: boolean }
    if (!active || BigInt(operator) === 0n) continue
    const submission = submissions.get(lowerCase(operator))
    if (!submission) return `${nameOf(seat)} gives a seat to ${operator}, whose TicketSubmitted is missing`
    if (!isOneTransaction(seat, submission))
      return `${nameOf(seat)} is not of the transaction of ${nameOf(submission)}, which takes the seat`
  }
  return undefined
}

/** Contracts that draw on random words emit no request of before. */
export function settingsConflict(registry: NodeRegistry, { request }: DrawLogs): string | undefined {
  if (request.eventName !== 'CommitteeRequested') return undefined
  const { randomnessProvider } = given(registry.settingsBefore(request))
  return randomnessProvider === undefined
    ? undefined
    : `${nameOf(request)} draws on a block hash, and the registry on words of ${randomnessProvider} since before it`
}

/** What a report shows to contradict the logs that it is not made from. */
export function reportConflict(draw: DrawLogs, report: Report): string | undefined {
  const [breaker] = named(draw.events, 'RandomnessCircuitBreakerTripped')
  if (breaker && report.usable)
    return `${nameOf(breaker)} is for a word that did not come in time, and that of the request did`
  return seatConflict(draw, report)
}

/**
 * Seats are visible: operators take them and leave them. Those taken at the end of a draw are the committee,
 * or as many as the failure says. Compared with a draw that is right otherwise; logs that name no operator
 * say nothing of seats.
 */
function seatConflict({ events, request }: DrawLogs, report: Report): string | undefined {
  const [end] = named(events, ...resultNames)
  const seats = named(events, 'CommitteeObligationUpdated')
  if (!end || seats.length === 0) return undefined
  const taken = new Map<Address, RegistryEvent>()
  for (const seat of seats) {
    const { operator, active, registry } = seat.args as {
      operator: Address
      active: boolean
      registry: Address
    }
    const of = own(request, 'address')
    if (of && lowerCase(registry) !== lowerCase(of))
      return `${nameOf(seat)} is of the registry ${registry}, and the request of ${of}`
    if (BigInt(operator) === 0n || isBefore(end, seat)) continue
    if (taken.has(lowerCase(operator)) === active)
      return `${nameOf(seat)} says ${active} of ${operator}, whose seat was ${active ? 'taken' : 'free'} already`
    if (active) taken.set(lowerCase(operator), seat)
    else {
      if (report.policy === 'uncapped' && report.size !== undefined && taken.size <= report.size)
        return `${nameOf(seat)} frees a seat while another was free, which only happens under the owner cap`
      taken.delete(lowerCase(operator))
    }
  }
  if (report.outcome === 'failed') {
    const { nodesSubmitted } = end.args as { nodesSubmitted: bigint }
    if (nodesSubmitted === BigInt(taken.size)) return undefined
    return `${nameOf(end)} says that ${nodesSubmitted} seats were taken, and by the logs of the bonding registry ${taken.size} were`
  }
  // Without a seed it is not known who was drawn.
  if (report.committee.length === 0) return undefined
  for (const { node } of report.committee) {
    if (!taken.delete(node))
      return `${node} sits in the committee of ${nameOf(end)}, and by the logs of the bonding registry had no seat`
  }
  const [other] = taken.values()
  return other && `${nameOf(other)} gives a seat to an operator that ${nameOf(end)} does not have`
}

// --- positions -----------------------------------------------------------------------------------

function isBefore(a: RegistryEvent, b: RegistryEvent): boolean {
  return a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.logIndex < b.logIndex)
}

function isOneTransaction(a: RegistryEvent, b: RegistryEvent): boolean {
  if (a.blockNumber !== b.blockNumber) return false
  return (['transactionHash', 'transactionIndex'] as const).every((name) => {
    const [one, other] = [own(a, name), own(b, name)]
    return one === undefined || other === undefined || one === other
  })
}

function lowerCase(address: unknown): Address {
  return String(address).toLowerCase() as Address
}
