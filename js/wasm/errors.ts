// Errors for the statuses of calls into wasm.
import { decoder } from '../codec/text.js'
import { InterruptedError, SnapshotError } from '../errors.js'
import { Result, Status } from '../generated/interface.js'
import { raw } from './instance.js'
import { fresh, result } from './memory.js'

/** Gives a status back, or throws the error that it stands for. */
export function check(status: Status): Status {
  if ((status as number) < 0) throw failure(status)
  return status
}

/**
 * Says what may give memory back: what nobody holds waits for a collector that no synchronous code sees
 * running.
 */
export function outOfMemory(): RangeError {
  raw.usage()
  const maps = result(Result.usageMaps)
  const walks = result(Result.usageCursors)
  return new RangeError(
    `hamt-wasm: out of memory with ${maps} maps${walks > 0 ? ` and ${walks} unfinished iterators of diff` : ''} in wasm. Those that nobody holds wait for the collector, whose finalizers run between turns of the event loop: free them by dispose() or using${walks > 0 ? ' (iterators by return())' : ''}, or wait for a turn`,
  )
}

/**
 * Whether an error says that memory or the stack is exhausted; Firefox has a type of its own for the stack.
 */
export function isExhaustion(error: unknown): boolean {
  return error instanceof RangeError || (error as Error | undefined)?.name === 'InternalError'
}

function failure(status: Status): Error {
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the rest are results, or bugs
  switch (status) {
    case Status.outOfMemory:
      return outOfMemory()
    case Status.tooLarge:
      return new RangeError('hamt-wasm: a key, a value or a map is too large')
    case Status.invalidSnapshot: {
      const offset = result(Result.errorOffset)
      return new SnapshotError(
        text(Result.errorCode),
        offset === 2 ** 32 - 1 ? -1 : offset,
        text(Result.errorMessage),
      )
    }
    case Status.invalidValue:
      return new TypeError(text(Result.errorMessage))
    case Status.outOfRange:
      return new RangeError(text(Result.errorMessage))
    case Status.interrupted:
      return new InterruptedError()
    default:
      return new Error(`hamt-wasm: internal error (${status})`)
  }
}

/** A text of the results: an address, then a length. */
function text(word: Result): string {
  const address = result(word)
  return decoder.decode(fresh().subarray(address, address + result(word + 1)))
}
