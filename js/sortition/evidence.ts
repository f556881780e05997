// Evidence of one request: its events, as a caller gives them.
import { type RegistryEvent } from './events.js'
import { type VrfInput } from './score.js'
import { type Policy } from './select.js'
import { type Address, type Hex } from './values.js'

/** Arguments of `CommitteeRequested`. */
export interface RequestArgs {
  /** The request. */
  e3Id: bigint
  /** The block whose hash is the seed's source, in deployments that draw on block hashes. */
  entropyBlock: bigint
  /** [H, N]; N is the committee size. */
  threshold: readonly [number | bigint, number | bigint]
  /** A timestamp in seconds, despite its name. */
  requestBlock: bigint
  /** The last second in which a submission counts. */
  committeeDeadline: bigint
  /** What one ticket costs, in units of the balance. */
  ticketPrice: bigint
}

/** Arguments of `TicketSubmitted`. */
export interface SubmissionArgs {
  /** The request that it is for. */
  e3Id: bigint
  /** The operator that submits. */
  node: Address
  /** The ticket, from 1. */
  ticketId: bigint
  /** The score that the contract computed. */
  score: bigint
}

/** Arguments of `SortitionCommitteeFinalized`. */
export interface FinalizedArgs {
  /** The request that it answers. */
  e3Id: bigint
  /** The members, in ascending order of addresses. */
  committee: readonly Address[]
  /** The members' scores, in the same order. */
  scores: readonly bigint[]
}

/** Arguments of `CommitteeFormationFailed`. */
export interface FormationFailedArgs {
  /** The request that it answers. */
  e3Id: bigint
  /** How many operators had submitted. */
  nodesSubmitted: bigint
  /** How many were needed. */
  thresholdRequired: bigint
}

/** Arguments of `CommitteeRandomnessRequested`. */
export interface RandomnessArgs {
  /** The request. */
  e3Id: bigint
  /** The request to the provider. */
  requestId: bigint
  /** Whose random word counts. */
  provider: Address
  /** The last second in which it counts. */
  randomnessDeadline: bigint
}

/** Arguments of `RandomnessFulfilled`. */
export interface FulfilmentArgs {
  /** The request to the provider. */
  requestId: bigint
  /** The request that it is for. */
  e3Id: bigint
  /** What the seed follows from. */
  randomWord: bigint
  /** The time of its block. */
  fulfilledAt: bigint
}

/** Arguments of `E3Failed`. */
export interface E3FailedArgs {
  /** The request that failed. */
  e3Id: bigint
  /** 1: before there was a committee. */
  failedAtStage: number | bigint
  /** 1: a timeout, or cancelled; 2: too few members. */
  reason: number | bigint
}

/** What a caller knows of a request whose seed is a random word. What it leaves out comes from the logs. */
export interface StatedRequest {
  /** The request; that of `randomness` unless given. */
  e3Id?: bigint | undefined
  /** [H, N] from Interfold, or from whoever asked; no log of the draw states it. */
  threshold?: readonly [number | bigint, number | bigint] | undefined
  /** T. */
  requestBlock?: bigint | undefined
  /** What one ticket costs. */
  ticketPrice?: bigint | undefined
}

/**
 * An event as viem decodes it, or just its args: then what needs the log's position is left out, and said so.
 */
export type EventOrArgs<Args> = Args | (Partial<RegistryEvent> & { args: Args })

/** What is known of one request: its events, and where its seed comes from. */
export interface RequestEvidence {
  /** `CommitteeRequested`; beside `randomness` what is known of the request otherwise. */
  request: EventOrArgs<RequestArgs> | StatedRequest
  /**
   * `CommitteeRandomnessRequested`, with its position and time: the seed is a random word, and `policy` says
   * whether there was a `CommitteeBondOwnerCapEnabled`.
   */
  randomness?: (Partial<RegistryEvent> & { args: RandomnessArgs }) | undefined
  /**
   * The random word. Null: the provider's logs are known, and there is none. Absent: they may not be known.
   */
  fulfilment?: EventOrArgs<FulfilmentArgs> | null | undefined
  /** Every ticket that was submitted for it. */
  submissions: Iterable<EventOrArgs<SubmissionArgs>>
  /**
   * The committee, or the failure. Absent: no committee was formed; beside `randomness`: there is no result
   * yet.
   */
  finalized?: EventOrArgs<FinalizedArgs> | EventOrArgs<FormationFailedArgs> | undefined
  /** The failure may also be here. */
  failed?: EventOrArgs<FormationFailedArgs> | undefined
  /** `E3Failed`, which says why; alone when Interfold failed the request. */
  e3Failed?: EventOrArgs<E3FailedArgs> | undefined
  /** The request has no result yet; then none is given, and the end is not judged. */
  open?: boolean | undefined
  /** One that is claimed. Without `randomness` at least one of `seed`, `blockHash` and `vrf` is needed. */
  seed?: bigint | undefined
  /** Of the request's entropy block. */
  blockHash?: Hex | Uint8Array | undefined
  /**
   * Where the random word was asked for; without `randomness` also the word, and `e3Id` is the request's
   * unless given.
   */
  vrf?: (Partial<Omit<VrfInput, 'chainId'>> & Pick<VrfInput, 'chainId'>) | undefined
  /** `uncapped` unless given. */
  policy?: Policy | undefined
  /** How many hashes the ideal committee, (d), is worth: one a ticket of all operators; 2^22 unless given. */
  limit?: bigint | number | undefined
}
