/**
 * Replay the registry of operators from public logs, keep all its versions, and check any draw.
 *
 * @module hamt-wasm/sortition
 */
export {
  bondingRegistryAbi,
  ciphernodeRegistryAbi,
  interfoldAbi,
  randomnessProviderAbi,
  sortitionAbi,
} from './abi.js'
export { applyLogs, type Continued } from './apply-logs.js'
export { type ContractName } from './decode.js'
/** @internal For the command line. */
export { contractNames } from './decode.js'
export { type AdmissionPolicy, EventError, type Position, type RegistryEvent } from './events.js'
export { type Ineligibility } from './eligibility.js'
export { explain, explainAt, type Explanation, type Standing } from './explain.js'
export { format, formatExplanation, formatStanding } from './format.js'
/** @internal For the command line. */
export { table } from './format.js'
export { type HistoryRow, NodeRegistry, type Origin, type Settings } from './registry.js'
export {
  bestTicket,
  bufferSize,
  committeeHash,
  type ScoredTicket,
  scoreTicket,
  seedFromBlockHash,
  seedFromVrf,
  type VrfInput,
  type Winner,
} from './score.js'
export { type Draw, type NodeState, type Policy, selectCommittee } from './select.js'
export { type Address, type Hex } from './values.js'
export {
  type E3FailedArgs,
  type EventOrArgs,
  type FinalizedArgs,
  type FormationFailedArgs,
  type FulfilmentArgs,
  type RandomnessArgs,
  type RequestArgs,
  type RequestEvidence,
  type StatedRequest,
  type SubmissionArgs,
} from './evidence.js'
export {
  type Candidate,
  type Report,
  type Seat,
  type Submission,
  type Violation,
  type ViolationCode,
  type WordRequest,
  type WorseTicket,
} from './report.js'
export { verifyRequest } from './verify.js'
export {
  LogError,
  type LogCounts,
  type LogInput,
  type LogOptions,
  LogReader,
  type Logs,
  readLogs,
  type Threshold,
} from './logs.js'
export {
  drawsIn,
  type DrawLogs,
  evidenceOf,
  type Gathered,
  judgeDraw,
  type JudgeOptions,
  type Judgement,
} from './judge.js'
export { unrequested } from './log-set.js'
export { assumption, cannotBeJudged, notDecided, type Status, type Verdict, verdictOf } from './verdict.js'
export { type Fact, factsOf } from './facts.js'
export { bytesText, idText, momentText, timeText } from './text.js'
/** @internal For the command line and the page. */
export { aloneText } from './text.js'
/** @internal For the command line. */
export { endsBefore } from './words.js'
/** @internal For the command line. */
export { hex } from './report.js'
/** @internal For the command line. */
export { plain } from './values.js'
