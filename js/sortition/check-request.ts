// The request itself: would the chain have made it?
import { type Verification } from './verification.js'

/** Its time is that of its block, and its entropy block comes after it. */
export function checkRequest({ evidence, violations, notes }: Verification): void {
  const { at, args } = evidence.request
  if (!at) return
  const blame = (message: string) => violations.push({ code: 'request', message })
  if (at.timestamp !== undefined && at.timestamp !== args.time)
    blame(`the request says that its time is ${args.time}, its block says ${at.timestamp}`)
  if (evidence.vrf !== undefined) return // the seed does not follow from the entropy block
  // A request that states none is checked with the seed that the caller vouches for.
  if (args.entropyBlock === 0n && evidence.blockHash === undefined) return
  const next = BigInt(at.blockNumber) + 1n
  if (args.entropyBlock < next) {
    blame(
      `the entropy block is ${args.entropyBlock}, whose hash was known when the request was made, in block ${at.blockNumber}`,
    )
  } else if (args.entropyBlock > next) {
    notes.push(`the entropy block is ${args.entropyBlock}, and not the one after the request, ${next}`)
  }
}
