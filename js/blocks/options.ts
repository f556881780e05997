// Options of this entry point, checked: what is given wrongly is not taken for what is not given.
import { kind, takeBytes } from '../core.js'

/** A number of bytes. RangeError unless it is at least 0. */
export function bytesOption(name: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise
  if (typeof value !== 'number' || !(value >= 0))
    throw new RangeError(
      `${name} must be a number of bytes, not ${typeof value === 'number' ? value : kind(value)}`,
    )
  return value
}

/** A function to call, if one is given. TypeError for what is none. */
export function callbackOption<F>(name: string, value: F | undefined): F | undefined {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(`${name} must be a function, not ${kind(value)}`)
  return value
}

/** A copy of a digest. */
export function checkDigest(digest: unknown): Uint8Array {
  const copy = takeBytes(digest, 'a digest')
  if (copy.length !== 32) throw new TypeError(`a digest is a Uint8Array of 32 bytes, not of ${copy.length}`)
  return copy
}

/**
 * Runs an operation, of which nobody waits for the rest when the signal aborts: it rejects with the signal's
 * reason at once, whatever a server, a store or a function of the caller's does.
 */
export async function abortable<T>(signal: AbortSignal | undefined, f: () => Promise<T>): Promise<T> {
  if (signal === undefined) return f()
  if (typeof signal?.addEventListener !== 'function')
    throw new TypeError(`a signal must be an AbortSignal, not ${kind(signal)}`)
  signal.throwIfAborted()
  return orAborted(f(), signal)
}

/** Waits for a promise, or until the signal aborts. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  })
}
