// JSON that arrives in pieces: documents of any size, whose long lists are handed over element by element.
//
// A scanner finds where elements begin and end, and `JSON.parse` reads each of them. So a file may be larger
// than the longest string, and memory holds one element at a time. Errors name a byte and never quote the
// file.
import { strictDecoder } from '../core.js'

/** One element of JSON is larger than this many bytes: refused. */
const largestElement = 16 * 2 ** 20
/** One element of JSON has more values than this, each of which takes some 100 bytes of memory: refused. */
const mostValues = 2 ** 20
/** White space between elements, in bytes: no document has more. */
const longestGap = 2 ** 20
/** How deep values may be nested. */
export const deepest = 100

/** Text that is not JSON, or that no reader should trust. The message has no part of the text. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

/** Where an element is: the number of its document, then list indices and names of lists. */
export type JsonPath = readonly (number | string)[]

/** A list that is handed over element by element. */
interface List {
  readonly name: string | undefined
  index: number
  /** What may come: an element (not after a comma: also the end), or a comma. */
  state: 'first' | 'element' | 'comma'
}

/** A value whose bytes are collected until it ends. */
interface Capture {
  parts: Uint8Array[]
  bytes: number
  depth: number
  /** Colons outside strings: one for each member of its objects. */
  colons: number
  /** Commas and opening brackets outside strings: as many as it has values, or more. */
  values: number
  /** Names of its lists that had elements, which were handed over. */
  handedOver: string[]
  /** The string that was read last directly inside the value, while it is short. */
  key: number[]
  inString: boolean
  escaped: boolean
  /** A number or a word: it ends where a delimiter follows. */
  scalar: boolean
  afterColon: boolean
}

const byteOrderMark = [0xef, 0xbb, 0xbf]

/** What a reader does with an element; `handedOver` names those of its lists that had elements. */
type OnElement = (value: unknown, path: JsonPath, handedOver: readonly string[]) => void

const code = (character: string) => character.charCodeAt(0)
const [quote, backslash, comma, colon] = [code('"'), code('\\'), code(','), code(':')]
const [openList, closeList, openObject, closeObject] = [code('['), code(']'), code('{'), code('}')]
const scalarStarts = [...'-0123456789tfn'].map(code)
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/**
 * Reads one stream of JSON documents: one, or several after each other, as in NDJSON. `onElement` gets every
 * element of a list at the top of a document, and of the lists named in `lists` that are members of an object
 * there; then every document that is an object or such an element, its lists empty. O(bytes).
 */
export class JsonReader {
  readonly #lists: ReadonlySet<string>
  readonly #onElement: OnElement
  /** The innermost comes last; captures and open lists alternate freely. */
  readonly #stack: (List | Capture)[] = []
  #offset = 0
  /** How many bytes of a byte order mark have been read; -1 behind it, or where there is none. */
  #markBytes = 0
  #gap = 0
  #line = 1
  #documents = 0
  #documentLine = 1

  constructor(lists: Iterable<string>, onElement: OnElement) {
    this.#lists = new Set(lists)
    this.#onElement = onElement
  }

  /** JsonError when the text so far cannot become JSON. */
  write(chunk: Uint8Array): void {
    let at = 0
    if (this.#markBytes >= 0) at = this.#skipByteOrderMark(chunk)
    while (at < chunk.length) {
      const top = this.#stack.at(-1)
      at = top && 'parts' in top ? this.#capture(top, chunk, at) : this.#between(top, chunk, at)
    }
    this.#offset += chunk.length
  }

  /** JsonError when a document has not ended, or when there was none. */
  end(): void {
    const top = this.#stack.at(-1)
    if (top && 'parts' in top && top.scalar) this.#finish(top)
    if (this.#stack.length > 0) throw new JsonError('it ends in the middle')
    if (this.#documents === 0)
      throw new JsonError(this.#markBytes > 0 ? 'it ends in the middle' : 'it is empty')
  }

  /** At the start of the stream, which may come byte by byte. */
  #skipByteOrderMark(chunk: Uint8Array): number {
    let at = 0
    for (; at < chunk.length && this.#markBytes >= 0; ++at) {
      const byte = chunk[at]!
      if (this.#markBytes === 0 && (byte === 0xff || byte === 0xfe)) throw new JsonError('it is not UTF-8')
      if (byte !== byteOrderMark[this.#markBytes]) {
        if (this.#markBytes > 0) this.#fail(at)
        this.#markBytes = -1
        return at
      }
      this.#markBytes = this.#markBytes + 1 === byteOrderMark.length ? -1 : this.#markBytes + 1
    }
    return at
  }

  #fail(at: number): never {
    throw new JsonError(`it is not well-formed at byte ${this.#offset + at}`)
  }

  #failOfValues(at: number): never {
    throw new JsonError(`an element of more than ${mostValues} values ends behind byte ${this.#offset + at}`)
  }

  /** Outside of any element: white space, commas and brackets of open lists, and first bytes of elements. */
  #between(list: List | undefined, chunk: Uint8Array, at: number): number {
    const byte = chunk[at]!
    if (isSpace(byte)) {
      if (++this.#gap > longestGap) throw new JsonError('it is mostly white space')
      if (byte === 0x0a) ++this.#line
      return at + 1
    }
    this.#gap = 0
    if (list) {
      if (byte === closeList && list.state !== 'element') return this.#close(list, at)
      if (list.state === 'comma') {
        if (byte !== comma) this.#fail(at)
        list.state = 'element'
        return at + 1
      }
      list.state = 'comma'
    } else {
      ++this.#documents
      this.#documentLine = this.#line
      if (byte === openList) {
        this.#stack.push({ name: undefined, index: 0, state: 'first' })
        return at + 1
      }
    }
    if (byte === comma || byte === colon || byte === closeList || byte === closeObject) this.#fail(at)
    const scalar = byte !== openObject && byte !== openList && byte !== quote
    if (scalar && !scalarStarts.includes(byte)) this.#fail(at)
    this.#stack.push({
      parts: [],
      bytes: 0,
      depth: 0,
      colons: 0,
      values: 0,
      handedOver: [],
      key: [],
      inString: false,
      escaped: false,
      scalar,
      afterColon: false,
    })
    return at
  }

  /** The end of an open list: an object that it is a member of goes on with an empty one instead. */
  #close(list: List, at: number): number {
    this.#stack.pop()
    const outer = this.#stack.at(-1)
    if (list.name !== undefined && outer && 'parts' in outer) {
      if (list.index > 0) outer.handedOver.push(list.name)
      this.#keep(outer, new Uint8Array([openList, closeList]))
    }
    return at + 1
  }

  #keep(capture: Capture, bytes: Uint8Array): void {
    capture.bytes += bytes.length
    if (capture.bytes > largestElement) {
      throw new JsonError(
        `an element of more than ${largestElement / 2 ** 20} MB ends at byte ${this.#offset} or later`,
      )
    }
    capture.parts.push(bytes)
  }

  /** Goes on with a value as far as this chunk has it; gives where it stopped. */
  #capture(value: Capture, chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; ++at) {
      const byte = chunk[at]!
      if (value.inString) {
        if (value.escaped) value.escaped = false
        else if (byte === backslash) value.escaped = true
        else if (byte === quote) {
          value.inString = false
          if (value.depth === 0) return this.#finishAt(value, chunk, from, at + 1)
          continue
        }
        if (value.depth === 1 && value.key.length < 16) value.key.push(byte)
        continue
      }
      if (value.scalar) {
        if (!isSpace(byte) && byte !== comma && byte !== closeList && byte !== closeObject) continue
        return this.#finishAt(value, chunk, from, at)
      }
      if (byte === quote) {
        value.inString = true
        if (value.depth === 1) value.key = []
      } else if (byte === colon) {
        ++value.colons
        value.afterColon = true
        continue
      } else if (byte === comma) {
        if (++value.values > mostValues) this.#failOfValues(at)
      } else if (byte === openList || byte === openObject) {
        if (++value.values > mostValues) this.#failOfValues(at)
        if (
          byte === openList &&
          value.afterColon &&
          value.depth === 1 &&
          this.#lists.has(String.fromCharCode(...value.key))
        ) {
          this.#keep(value, chunk.slice(from, at))
          if (value.depth + this.#stack.length > deepest) tooDeep()
          this.#stack.push({ name: String.fromCharCode(...value.key), index: 0, state: 'first' })
          value.afterColon = false
          return at + 1
        }
        if (++value.depth + this.#stack.length > deepest) tooDeep()
      } else if (byte === closeList || byte === closeObject) {
        if (--value.depth === 0) return this.#finishAt(value, chunk, from, at + 1)
      }
      if (!isSpace(byte)) value.afterColon = false
    }
    this.#keep(value, chunk.slice(from))
    return chunk.length
  }

  #finishAt(value: Capture, chunk: Uint8Array, from: number, to: number): number {
    this.#keep(value, chunk.slice(from, to))
    this.#finish(value)
    return to
  }

  #finish(capture: Capture): void {
    this.#stack.pop()
    const path = this.#path()
    const value = this.#parse(capture, path)
    this.#onElement(value, path, capture.handedOver)
    const list = this.#stack.at(-1)
    if (list && !('parts' in list)) ++list.index
  }

  #path(): JsonPath {
    const path: (number | string)[] = [this.#documentLine]
    for (const frame of this.#stack) {
      if ('parts' in frame) continue
      if (frame.name !== undefined) path.push(frame.name)
      path.push(frame.index)
    }
    return path
  }

  #parse({ parts, bytes, colons }: Capture, path: JsonPath): unknown {
    const text = parts.length === 1 ? parts[0]! : join(parts, bytes)
    let value: unknown
    try {
      value = JSON.parse(strictDecoder.decode(text))
    } catch {
      throw new JsonError(`${pathText(path)} is not well-formed`)
    }
    // JSON.parse takes the last of two members of one name, other readers the first.
    if (colons !== members(value)) throw new JsonError(`${pathText(path)} has two members of one name`)
    return value
  }
}

function tooDeep(): never {
  throw new JsonError(`it is nested more than ${deepest} deep`)
}

function join(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const joined = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** How many members the objects in a value have. */
function members(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  let sum = 0
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object') sum += members(each)
    return sum
  }
  for (const key of Object.keys(value)) {
    const each = (value as Record<string, unknown>)[key]
    sum += 1 + (typeof each === 'object' ? members(each) : 0)
  }
  return sum
}

/** `entry 3`, `answer 2, entry 5`, `block 7`, `line 4`: words for a path. */
export function pathText(path: JsonPath): string {
  const [line, ...rest] = path
  const words: string[] = []
  if (typeof line === 'number' && (line > 1 || rest.length === 0)) words.push(`line ${line}`)
  rest.forEach((step, i) => {
    if (typeof step === 'string') return
    const list = rest[i - 1]
    if (list === 'blocks') words.push(`block ${step}`)
    else if (i < rest.length - 1) words.push(`answer ${step}`)
    else words.push(`entry ${step}`)
  })
  return words.join(', ')
}
