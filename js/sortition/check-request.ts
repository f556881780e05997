// The request: what the logs say that was asked for, and whether the contracts would have accepted it.
import { Kind } from './events.js'
import { type Evidence, noDeadline } from './read-evidence.js'
import { type NodeRegistry } from './registry.js'
import { type StateAt } from './state-at.js'
import { momentText } from './text.js'
import { noteUndecided, type Request, type Verification } from './verification.js'

/** The request as the logs have it, and all logs before it. */
export function requestOf(registry: NodeRegistry, e: Evidence): Pick<Verification, 'request' | 'before'> {
  const stated = e.request.args
  const at = e.randomness?.at ?? e.request.at
  const before = at && registry.walk()(at)
  const inForce = e.randomness ? before : undefined
  const request: Request = {
    kind: !e.randomness ? 'A' : e.policy === 'owner-cap' ? 'C' : 'B',
    e3Id: stated.e3Id,
    at,
    time: e.randomness ? e.randomness.at.timestamp : stated.time!,
    size: stated.size ?? sizeFromEnd(e),
    ticketPrice: inForce?.ticketPrice ?? stated.ticketPrice,
    submissionWindow: inForce?.submissionWindow,
  }
  return { request, before }
}

/** A failure states N; a committee's length is N. */
function sizeFromEnd({ failed, finalized }: Evidence): number | undefined {
  const n = failed ? Number(failed.args.thresholdRequired) : finalized?.args.committee.length
  return n !== undefined && n <= 0xffff_ffff ? n : undefined
}

/** Violations of code `request`: the contracts would have refused it, or it states what was not in force. */
export function checkRequest(v: Verification): void {
  if (v.request.kind === 'A') checkBlockHashRequest(v)
  else checkRandomnessRequest(v)
}

function blame(v: Verification, message: string): void {
  v.violations.push({ code: 'request', message })
}

// --- a request that draws on a block hash ----------------------------------------------------------

/** Its time is that of its block, its price is in force, and its entropy block comes after it. */
function checkBlockHashRequest(v: Verification): void {
  const { evidence, request, before } = v
  const { at } = request
  if (!at) {
    v.notes.push(
      'the request came without the position of its log: its time, price, deadline and entropy block were not checked',
    )
    return
  }
  if (at.timestamp !== undefined && at.timestamp !== request.time)
    blame(
      v,
      `the request says that its time is ${momentText(request.time)}, its block says ${momentText(at.timestamp)}`,
    )
  const price = before?.ticketPrice
  if (price !== undefined && price !== request.ticketPrice)
    blame(v, `the request says that the ticket price is ${request.ticketPrice}, in force was ${price}`)
  checkThreshold(v)
  const { committeeDeadline } = evidence.request.args
  const window = before?.submissionWindow
  if (
    window !== undefined &&
    committeeDeadline !== BigInt(request.time) + window &&
    committeeDeadline !== undefined &&
    committeeDeadline !== noDeadline
  )
    blame(
      v,
      `the deadline of the committee is ${momentText(committeeDeadline)}, and not ${window} seconds after ${momentText(request.time)}`,
    )
  const unset = [
    price === undefined && 'ticket price (BondingAssetConfigUpdated)',
    window === undefined && 'submission window (SortitionSubmissionWindowSet)',
  ].filter((each) => each !== false)
  if (unset.length > 0)
    v.notes.push(`not in the registry before the request, and not compared with it: ${unset.join(', ')}`)
  if (before) noteExchange(v, before)
  noteUpgrade(v)
  if (evidence.vrf !== undefined) return // the seed does not follow from the entropy block
  const { entropyBlock } = evidence.request.args
  // A request that states none is checked with the seed that the caller vouches for.
  if (entropyBlock === 0n && evidence.blockHash === undefined) return
  const next = BigInt(at.blockNumber) + 1n
  if (entropyBlock < next) {
    blame(
      v,
      `the entropy block is ${entropyBlock}, whose hash was known when the request was made, in block ${at.blockNumber}`,
    )
  } else if (entropyBlock > next) {
    v.notes.push(`the entropy block is ${entropyBlock}, and not the one after the request, ${next}`)
  }
}

/**
 * Contracts that draw on random words set a provider. What becomes of a request that is open then is not
 * known.
 */
function noteUpgrade(v: Verification): void {
  const { registry, evidence, before } = v
  const end = (evidence.finalized ?? evidence.failed)?.at ?? registry.position
  if (!before || !end || before.rowOf(Kind.provider) >= 0) return
  if (registry.walk()(end).rowOf(Kind.provider) >= 0)
    noteUndecided(
      v,
      'the contracts were upgraded while the request was open: by which rules it ended is not known',
    )
}

// --- a request that draws on a random word ---------------------------------------------------------

function checkRandomnessRequest(v: Verification): void {
  const { evidence, request } = v
  const { time: stated, ticketPrice: statedPrice, size: statedSize } = evidence.request.args
  const before = v.before!
  const { randomnessDeadline, provider } = evidence.randomness!.args
  if (stated !== undefined && stated !== request.time)
    blame(
      v,
      `the request is said to be of time ${momentText(stated)}, its block says ${momentText(request.time)}`,
    )
  if (statedPrice !== undefined && before.ticketPrice !== undefined && statedPrice !== before.ticketPrice)
    blame(v, `the ticket price is said to be ${statedPrice}, in force was ${before.ticketPrice}`)
  if (request.ticketPrice === 0n) blame(v, 'the ticket price was 0: the contract refuses the request')
  const { randomnessTimeout: timeout, randomnessProvider } = before
  if (timeout !== undefined && randomnessDeadline !== BigInt(request.time) + timeout) {
    blame(
      v,
      `the deadline of the random word is ${momentText(randomnessDeadline)}, and not ${timeout} seconds after ${momentText(request.time)}`,
    )
  }
  if (randomnessProvider !== undefined && provider !== randomnessProvider)
    blame(v, `the provider of the random word is ${provider}, in force was ${randomnessProvider}`)
  noteMissingSettings(v, before)
  checkThreshold(v)
  if (request.kind === 'C' && !before.hasAdmissions)
    v.notes.push(
      'no admission is in the registry: it is taken that all operators are from before there were admissions',
    )
  noteAges(v)
  if (statedSize === undefined) {
    if (request.size === undefined) noteUndecided(v, 'N, the size of the committee, is not known')
    else if (evidence.failed)
      v.notes.push(`N, the size of the committee, was not given: ${request.size} is what the failure states`)
    else {
      noteUndecided(
        v,
        `N, the size of the committee, was not given: ${request.size} is what the committee has, whatever was asked for`,
      )
    }
  }
  checkCapacity(v)
}

/**
 * Operators from before there were admissions have no age in the logs: under a cool-down they count as old
 * enough.
 */
function noteAges(v: Verification): void {
  const { state } = v.eligibility
  const { cooldownEnabled, admissionsPaused, pauseCooldownEnabled } = state.policy
  if (!(admissionsPaused ? pauseCooldownEnabled : cooldownEnabled)) return
  const nodes = new Set(v.evidence.submissions.map(({ args }) => args.node))
  const ageless = [...nodes].filter((node) => {
    const n = v.registry.numberOf(node)
    return n !== undefined && state.has(n) && state.admittedSince(n) < 0
  })
  if (ageless.length > 0)
    v.notes.push(
      `${ageless.length} of the operators that submitted have no admission in the logs: it is taken that they are from before there ` +
        'were admissions',
    )
}

/** Settings that no log of the registry has set before the request. */
function noteMissingSettings(v: Verification, before: StateAt): void {
  const missing = [
    v.request.ticketPrice === undefined && 'ticket price (BondingAssetConfigUpdated)',
    before.submissionWindow === undefined && 'submission window (SortitionSubmissionWindowSet)',
    before.randomnessTimeout === undefined && 'timeout of random words (RandomnessRequestTimeoutSet)',
    before.randomnessProvider === undefined && 'provider of random words (RandomnessProviderSet)',
  ].filter((each) => each !== false)
  if (missing.length > 0)
    noteUndecided(v, `not in the registry before the request, and not checked: ${missing.join(', ')}`)
  noteExchange(v, before)
}

function noteExchange(v: Verification, before: StateAt): void {
  if (!before.hasExchangedTokens) return
  noteUndecided(
    v,
    'the ticket token was exchanged before the request: balances since then do not follow from the logs alone',
  )
}

/** 0 < H <= N. */
function checkThreshold(v: Verification): void {
  const { threshold } = v.evidence.request.args
  if (!threshold) return
  const [h, n] = threshold
  if (h === 0 || h > n)
    blame(v, `a committee of ${n} members with the threshold ${h} was asked for: no contract accepts that`)
}

/**
 * Enough operators are active; under the cap enough bond owners may be counted, and no rule was set in the
 * same second.
 */
function checkCapacity(v: Verification): void {
  const { request, eligibility } = v
  const { size } = request
  const { state } = eligibility
  if (size === undefined) return
  const active = state.activeCount
  if (active < size)
    blame(
      v,
      `${size} members were asked for, and ${active} operators were active at ${momentText(request.time - 1)}`,
    )
  if (request.kind !== 'C') return
  const { times } = state.log.columns
  for (const [kind, what] of [
    [Kind.version, 'an eligibility version'],
    [Kind.policy, 'an admission policy'],
  ] as const) {
    const row = v.before!.rowOf(kind)
    if (row >= 0 && times[row] === request.time)
      blame(v, `${what} was set in the second of the request, ${momentText(request.time)}, and before it`)
  }
  const { owners } = eligibility
  if (owners < size) {
    blame(
      v,
      `${size} members were asked for, and the operators eligible at ${momentText(request.time - 1)} had ${owners} bond owners`,
    )
  } else if (eligibility.ownersSinceReset < size) {
    v.notes.push(
      'whether the contract had counted enough bond owners is not known: since the last version or policy some may have been ' +
        'counted without a log',
    )
  }
}
