// Sources of a node table's bytes: memory, a Blob, a server that answers ranges, or anything with `size` and
// `read`.
import { BlockError } from '../errors.js'
import type { SignalOption, Traffic } from './reader.js'

/** Bytes that can be read in pieces. */
export interface ByteSource {
  /** How many bytes there are. */
  readonly size: number
  /** Just the bytes from `offset` to `offset + length`. */
  read(offset: number, length: number, signal?: AbortSignal): PromiseLike<Uint8Array> | Uint8Array
}

/** What `openNodes` reads from. A string is an address. */
export type NodeSource = Uint8Array | Blob | URL | string | ByteSource

/** The first bytes of a source and what is known of all of it. */
export interface OpenedSource extends ByteSource {
  /** The first bytes, as many as came. */
  readonly first: Uint8Array
}

/** How a URL is fetched. */
export interface FetchOption {
  /** Instead of the global `fetch`: for headers, credentials, tests. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
}

/** Opens a source and reads its first `length` bytes. */
export async function openSource(
  source: NodeSource,
  length: number,
  traffic: Traffic,
  options: (FetchOption & SignalOption) | undefined,
): Promise<OpenedSource> {
  if (typeof source === 'string' || source instanceof URL)
    return openUrl(String(source), length, traffic, options)
  const bytes = sourceOf(source)
  const checked: ByteSource = {
    size: bytes.size,
    async read(offset, size, signal) {
      ++traffic.requests
      const piece = await bytes.read(offset, size, signal)
      if (!ArrayBuffer.isView(piece) || piece.byteLength !== size)
        throw new BlockError('truncated', `the source gave other than the ${size} bytes asked for`, {
          offset,
        })
      traffic.bytes += size
      // A copy, for what was checked must not change, and a source may use its memory again.
      return new Uint8Array(piece.buffer, piece.byteOffset, size).slice()
    },
  }
  const first = await checked.read(0, Math.min(length, bytes.size), options?.signal)
  return { ...checked, first }
}

function sourceOf(source: Uint8Array | Blob | ByteSource): ByteSource {
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source
    const bytes = new Uint8Array(buffer, byteOffset, byteLength)
    return { size: byteLength, read: (offset, length) => bytes.subarray(offset, offset + length) }
  }
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    return {
      size: source.size,
      read: async (offset, length) =>
        new Uint8Array(await source.slice(offset, offset + length).arrayBuffer()),
    }
  }
  const { size } = (source ?? {}) as ByteSource
  if (!Number.isSafeInteger(size) || size < 0 || typeof (source as ByteSource).read !== 'function')
    throw new TypeError('a node table is a Uint8Array, a Blob, a URL, or an object with size and read')
  return { size, read: (offset, length, signal) => (source as ByteSource).read(offset, length, signal) }
}

/** A file on a server that answers range requests. */
async function openUrl(
  url: string,
  length: number,
  traffic: Traffic,
  options: (FetchOption & SignalOption) | undefined,
): Promise<OpenedSource> {
  const request = options?.fetch ?? ((address: string, init: RequestInit) => globalThis.fetch(address, init))
  let known: { size: number; tag: string | null } | undefined

  /** Bytes from `offset` on; of the first request perhaps fewer than asked for. */
  const read = async (offset: number, size: number, signal?: AbortSignal): Promise<Uint8Array> => {
    ++traffic.requests
    const range = `bytes=${offset}-${offset + size - 1}`
    const init: RequestInit = { headers: { Range: range }, cache: 'no-store' }
    if (signal) init.signal = signal
    const response = await answered(() => request(url, init), url, offset, signal)
    try {
      const now = rangeOf(response, url, offset, range, known)
      const bytes = await bodyOf(response, Math.min(size, now.size - offset), url, offset, signal)
      traffic.bytes += bytes.length
      known ??= now
      return bytes
    } catch (error) {
      // Nothing of a body that may be the whole file.
      if (!response.bodyUsed) await response.body?.cancel().catch(() => {})
      throw error
    }
  }
  const first = await read(0, length, options?.signal)
  return { size: known!.size, read, first }
}

/** What the network gives; its failures are errors of this file's, unless the signal made them. */
async function answered<T>(
  f: () => Promise<T>,
  url: string,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await f()
  } catch (error) {
    if (signal?.aborted) throw error
    // Of a failed fetch the cause says more; not by instanceof, for it may come from another realm.
    const { message, cause } = (error ?? {}) as { message?: string; cause?: { message?: string } }
    const reason = cause?.message || message || 'no reason is given'
    throw new BlockError('network', `${url} cannot be read: ${reason}`, { offset })
  }
}

/**
 * What an answer says of the whole file: its size, and the tag of what is in it. BlockError unless it is the
 * range asked for.
 */
function rangeOf(
  response: Response,
  url: string,
  offset: number,
  range: string,
  known: { size: number; tag: string | null } | undefined,
): { size: number; tag: string | null } {
  const contentRange = response.headers.get('content-range') ?? ''
  if (response.status !== 206) {
    if (response.status === 416 && contentRange === 'bytes */0')
      throw new BlockError('truncated', `${url} is an empty file`, { offset })
    if (response.ok)
      throw new BlockError('no-ranges', `${url} does not answer range requests (status ${response.status})`)
    throw new BlockError('status', `${url} answered ${response.status}`, { offset })
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange) ?? []
  // Not readable across origins unless the server says so.
  if (start === undefined && known === undefined)
    throw new BlockError('no-ranges', `${url} answers ranges without a readable Content-Range`)
  if (start !== undefined && Number(start) !== offset)
    throw new BlockError('no-ranges', `${url} answered another range than ${range}`, { offset })
  // A weak tag says nothing about bytes.
  const etag = response.headers.get('etag')
  const tag = etag?.startsWith('W/') ? null : (etag ?? response.headers.get('last-modified'))
  const size = total === undefined ? known!.size : Number(total)
  if (known && (size !== known.size || tag !== known.tag))
    throw new BlockError('changed', `${url} has changed while it was read`, { offset })
  return { size, tag }
}

/** Just `size` bytes of a body, and no more kept of one that is longer. */
async function bodyOf(
  response: Response,
  size: number,
  url: string,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let at = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await answered(() => reader.read(), url, offset, signal)
    if (done) break
    if (at + value.length > size) {
      await reader.cancel().catch(() => {})
      throw new BlockError('no-ranges', `${url} answered more than the range that was asked for`, { offset })
    }
    bytes.set(value, at)
    at += value.length
  }
  if (at < size)
    throw new BlockError('truncated', `${url} answered less than the range asked for`, { offset })
  return bytes
}

interface Wanted {
  readonly offset: number
  readonly size: number
  readonly signal: AbortSignal
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

/** Reads that lie at most this far apart become one. */
const gap = 16 * 1024
/** One read has at most this many bytes, unless a single piece has more. */
const largestRead = 2 ** 20
/** So many reads are under way at a time. */
const mostReads = 6

/** Pieces of a source; what is asked for at the same time and lies close together is read in one go. */
export class Pieces {
  private waiting: Wanted[] = []
  private readonly queue: Wanted[][] = []
  private running = 0

  constructor(private readonly source: OpenedSource) {}

  /** The bytes from `offset` on, in order of the pieces; one promise each. */
  read(
    pieces: readonly { readonly offset: number; readonly size: number }[],
    signal: AbortSignal,
  ): Promise<Uint8Array>[] {
    return pieces.map(({ offset, size }) => {
      const { first } = this.source
      if (offset + size <= first.length) return Promise.resolve(first.subarray(offset, offset + size))
      return new Promise<Uint8Array>((resolve, reject) => {
        if (this.waiting.length === 0) queueMicrotask(() => this.flush())
        this.waiting.push({ offset, size, signal, resolve, reject })
      })
    })
  }

  private flush(): void {
    const sorted = this.waiting.sort((a, b) => a.offset - b.offset)
    this.waiting = []
    let group: Wanted[] = []
    let end = 0
    for (const wanted of sorted) {
      const next = Math.max(end, wanted.offset + wanted.size)
      if (group.length > 0 && (wanted.offset > end + gap || next - group[0]!.offset > largestRead)) {
        this.queue.push(group)
        group = []
        end = 0
      }
      group.push(wanted)
      end = Math.max(end, wanted.offset + wanted.size)
    }
    if (group.length > 0) this.queue.push(group)
    this.run()
  }

  private run(): void {
    while (this.running < mostReads && this.queue.length > 0) {
      const group = this.queue.shift()!
      ++this.running
      void this.readGroup(group).finally(() => {
        --this.running
        this.run()
      })
    }
  }

  private async readGroup(group: readonly Wanted[]): Promise<void> {
    const start = group[0]!.offset
    const end = group.reduce((most, { offset, size }) => Math.max(most, offset + size), start)
    // A read is given up when nobody wants any of it.
    const controller = new AbortController()
    const signals = [...new Set(group.map(({ signal }) => signal))]
    const check = (): void => {
      if (signals.every(({ aborted }) => aborted)) controller.abort(signals[0]!.reason)
    }
    for (const signal of signals) signal.addEventListener('abort', check, { once: true })
    check()
    try {
      const bytes = await this.source.read(start, end - start, controller.signal)
      for (const { offset, size, resolve } of group)
        resolve(bytes.subarray(offset - start, offset - start + size))
    } catch (error) {
      for (const { reject } of group) reject(error)
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', check)
    }
  }
}
