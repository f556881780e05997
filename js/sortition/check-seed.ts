// (a) The seed: where it is from, when it came, and whether it is the one that scores were made with.
import { comparePositions, describe } from './events.js'
import { type LogPosition } from './read-evidence.js'
import { hex } from './report.js'
import { seedFromBlockHash, seedFromVrf } from './score.js'
import { momentText } from './text.js'
import { noteUndecided, scoresOf, type Verification } from './verification.js'

/** What the seed of a request is, and until when it may be used. */
export interface Seed {
  /** To score with; undefined when there is none, or none is known. */
  seed: bigint | undefined
  /** Of a random word: whether one came in time; undefined when that is not known, and for a block hash. */
  usable: boolean | undefined
  /** When the random word came. */
  since: LogPosition | undefined
  /** The last second in which a submission counts; undefined when it is not known. */
  deadline: bigint | undefined
}

interface Source {
  name: string
  seed: bigint
}

export function checkSeed(v: Verification): Seed {
  return v.request.kind === 'A' ? blockHashSeed(v) : randomSeed(v)
}

// --- from a block hash ---------------------------------------------------------------------------

function blockHashSeed(v: Verification): Seed {
  const { blockHash, vrf, seed: claimed, request } = v.evidence
  const { e3Id } = v.request
  const sources: Source[] = []
  if (blockHash !== undefined)
    sources.push({ name: 'the block hash', seed: seedFromBlockHash({ blockHash, e3Id }) })
  if (vrf !== undefined) {
    const { chainId, registry, randomWord, requestId } = vrf
    const seed = seedFromVrf({
      chainId,
      registry: registry!,
      randomWord: randomWord!,
      requestId: requestId!,
      e3Id,
    })
    sources.push({ name: 'the random word', seed })
  }
  if (sources.length === 0)
    noteUndecided(
      v,
      `the hash of block ${request.args.entropyBlock} is not given: whether the seed follows from it was not checked`,
    )
  const seed = chooseSeed(v, sources, claimed)
  return { seed, usable: undefined, since: undefined, deadline: request.args.committeeDeadline }
}

/**
 * The seed to score with. Of contradicting ones the one that explains most submissions, so that the report
 * names one fault and not all that follow from it.
 */
function chooseSeed(v: Verification, sources: readonly Source[], claimed: bigint | undefined): bigint {
  for (const source of sources) {
    const other = claimed ?? sources[0]!.seed
    if (source.seed === other) continue
    v.violations.push({
      code: 'seed',
      message: `the seed is ${hex(other)}, but from ${source.name} follows ${hex(source.seed)}`,
      expected: source.seed,
    })
  }
  const seeds = [...new Set([...sources.map((s) => s.seed), ...(claimed === undefined ? [] : [claimed])])]
  const counts = seeds.map((seed) => explained(v, seed))
  const best = counts.indexOf(Math.max(...counts))
  const seed = seeds[best]!
  const many = v.evidence.submissions.length > 1
  if (counts[best] === 0 && many && !v.violations.some(({ code }) => code === 'seed'))
    v.violations.push({ code: 'seed', message: `no submitted score follows from the seed ${hex(seed)}` })
  return seed
}

/** How many submitted scores follow from a seed. */
function explained(v: Verification, seed: bigint): number {
  const { submissions } = v.evidence
  const scores = scoresOf(v, seed)
  return submissions.filter(({ args }, i) => scores[i] === args.score).length
}

// --- from a random word --------------------------------------------------------------------------

function randomSeed(v: Verification): Seed {
  const { fulfilment } = v.evidence
  return fulfilment ? fulfilledSeed(v) : unfulfilledSeed(v, fulfilment === null)
}

/** No random word is given. Whether there was none is known when the provider's logs are. */
function unfulfilledSeed(v: Verification, isKnown: boolean): Seed {
  const claimed = claimedSeed(v)
  if (isKnown) {
    if (claimed !== undefined) blameClaimed(v, claimed, 'there was no random word')
    const deadline = v.evidence.randomness!.args.randomnessDeadline
    return { seed: undefined, usable: false, since: undefined, deadline }
  }
  noteUndecided(
    v,
    'the fulfilment of the random word is not given: whether the seed follows from it, when submissions began, and when they ' +
      'ended was not checked',
  )
  const seed = claimed === undefined ? undefined : chooseSeed(v, [], claimed)
  return { seed, usable: undefined, since: undefined, deadline: undefined }
}

function fulfilledSeed(v: Verification): Seed {
  const { randomness, fulfilment } = v.evidence
  const { args, at, address } = fulfilment!
  const faulty = checkFulfilment(v)
  const { randomnessDeadline } = randomness!.args
  const time = at?.timestamp ?? Number(args.fulfilledAt)
  if (!at)
    noteUndecided(
      v,
      'the fulfilment came without the position of its log: whether it came in a later block was not checked',
    )
  if (address === undefined)
    v.notes.push('the fulfilment came without its contract: it is taken to be of the provider of the request')
  const laterBlock = !at || at.blockNumber > randomness!.at.blockNumber
  const inTime = laterBlock && time >= randomness!.at.timestamp && BigInt(time) <= randomnessDeadline
  const claimed = claimedSeed(v)
  if (!inTime) {
    if (claimed !== undefined) blameClaimed(v, claimed, 'the random word did not come in time')
    return { seed: undefined, usable: false, since: undefined, deadline: randomnessDeadline }
  }
  const window = v.request.submissionWindow
  const deadline = window === undefined ? undefined : BigInt(time) + window
  return { seed: wordSeed(v, claimed, faulty), usable: !faulty, since: at, deadline }
}

/** The seed of a word that came in time. */
function wordSeed(v: Verification, claimed: bigint | undefined, faulty: boolean): bigint | undefined {
  const { randomness, fulfilment, vrf } = v.evidence
  const registry = vrf?.registry ?? randomness!.address
  if (vrf === undefined || registry === undefined) {
    noteUndecided(
      v,
      'chain and registry (vrf) are not given: whether the seed follows from the random word was not checked',
    )
    return claimed === undefined ? undefined : chooseSeed(v, [], claimed)
  }
  const { randomWord } = fulfilment!.args
  const { requestId, e3Id } = randomness!.args
  const seed = seedFromVrf({ randomWord, chainId: vrf.chainId, registry, e3Id, requestId })
  // A word of another request explains nothing; one fault is enough.
  if (faulty && explained(v, seed) === 0) return claimed
  return chooseSeed(v, [{ name: 'the random word', seed }], claimed)
}

/** A fulfilment of this request, by its provider, at the time that it states. */
function checkFulfilment(v: Verification): boolean {
  const { randomness, fulfilment } = v.evidence
  const { args, at, address } = fulfilment!
  const { requestId, provider, e3Id } = randomness!.args
  const faults = [
    args.e3Id !== e3Id && `is for e3Id ${args.e3Id}, the request is ${e3Id}`,
    args.requestId !== requestId &&
      `answers request ${hex(args.requestId)}, what was asked is ${hex(requestId)}`,
    address !== undefined &&
      address !== provider &&
      `was emitted by ${address}, the provider of the request is ${provider}`,
    at?.timestamp !== undefined &&
      BigInt(at.timestamp) !== args.fulfilledAt &&
      `states the time ${momentText(args.fulfilledAt)}, its block says ${momentText(at.timestamp)}`,
  ].filter((fault) => fault !== false)
  const where = at ? ` at ${describe(at)}` : ''
  for (const fault of faults)
    v.violations.push({ code: 'fulfilment', message: `the fulfilment${where} ${fault}` })
  return faults.length > 0
}

/** A seed that the caller claims, or that follows from a word that it claims. */
function claimedSeed({ evidence }: Verification): bigint | undefined {
  const { seed, vrf, randomness } = evidence
  const registry = vrf?.registry ?? randomness!.address
  if (seed !== undefined || vrf?.randomWord === undefined || registry === undefined) return seed
  const { e3Id, requestId } = randomness!.args
  return seedFromVrf({ randomWord: vrf.randomWord, chainId: vrf.chainId, registry, e3Id, requestId })
}

function blameClaimed(v: Verification, claimed: bigint, why: string): void {
  v.violations.push({
    code: 'seed',
    message: `the seed is said to be ${hex(claimed)}, but ${why}: there is none`,
  })
}

/** Whether a log comes after a random word that came in time. */
export function isAfterSeed({ since }: Seed, at: LogPosition): boolean {
  return since === undefined || comparePositions(at, since) > 0
}
