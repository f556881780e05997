// Bytes from callers: Uint8Arrays of any realm, by their real length, as copies.
import { kind } from './text.js'

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object

// What the engine knows about a typed array, whatever its own properties or its class say.
function getter(key: PropertyKey): (value: unknown) => unknown {
  const { get } = Object.getOwnPropertyDescriptor(typedArray, key)! as { get: (this: unknown) => unknown }
  return (value) => get.call(value)
}
const nameOf = getter(Symbol.toStringTag)
const lengthOf = getter('length')
const offsetOf = getter('byteOffset')
const bufferOf = getter('buffer')

/**
 * Whether a value is a Uint8Array: of any realm, a Buffer or another subclass, over any buffer. Runs no user
 * code. O(1).
 */
export function isBytes(value: unknown): value is Uint8Array {
  return nameOf(value) === 'Uint8Array'
}

/**
 * A copy of a caller's bytes, to keep and to trust the length of. O(length): one allocation. TypeError that
 * begins with `what` when the value is no Uint8Array or its buffer has been transferred; RangeError when
 * there is no memory for the copy. Runs no user code.
 */
export function takeBytes(value: unknown, what: string | (() => string)): Uint8Array<ArrayBuffer> {
  const subject = (): string => (typeof what === 'string' ? what : what())
  if (!isBytes(value)) throw new TypeError(`${subject()} must be a Uint8Array, not ${describe(value)}`)
  const length = lengthOf(value) as number
  const copy = new Uint8Array(length)
  try {
    // A view of this realm has a fixed length. An array without bytes is checked by `set`: its buffer may
    // have been transferred.
    copy.set(length === 0 ? value : viewOf(value, length))
  } catch (error) {
    // By name: the error may be of another realm. Others say that memory or stack is exhausted.
    if ((error as Error).name !== 'TypeError') throw error
    throw new TypeError(
      `${subject()} must be a Uint8Array with its buffer: this one was transferred or resized`,
      {
        cause: error,
      },
    )
  }
  return copy
}

/**
 * A caller's bytes as a Uint8Array of this realm over the same buffer, with their real length: to be read
 * now, or by agreement for as long as the caller leaves them alone. O(1). TypeError as `takeBytes`. Runs no
 * user code.
 */
export function viewBytes(value: unknown, what: string): Uint8Array {
  if (!isBytes(value)) throw new TypeError(`${what} must be a Uint8Array, not ${describe(value)}`)
  const length = lengthOf(value) as number
  return length === 0 ? takeBytes(value, what) : viewOf(value, length)
}

/** Whether two arrays hold the same bytes. O(the shorter). */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return false
  return true
}

function viewOf(value: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(bufferOf(value) as ArrayBuffer, offsetOf(value) as number, length)
}

function describe(value: unknown): string {
  const name = nameOf(value) as string | undefined
  if (name) return `${name.startsWith('I') ? 'an' : 'a'} ${name}`
  return value instanceof ArrayBuffer ? 'an ArrayBuffer' : kind(value)
}
