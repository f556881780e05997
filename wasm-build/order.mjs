// Puts the functions of a wasm module in an order in which gzip and brotli find more repeats: behind each
// function comes the one that has most in common with those before it, as far as gzip's window reaches.
// Nothing else changes: each index of a function becomes that of its new position.

/** Bytes of code that gzip still sees: its window of 32 KB, less what is not code. */
const reach = 30_000
/** How many bytes in a row count as a repeat. */
const repeat = 4

/** Something in a module that this file does not know, from a later version of the tools. */
class Unknown extends Error {}

/** Reads a module. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes
    this.at = at
  }
  byte() {
    return this.bytes[this.at++]
  }
  /** An unsigned LEB128 number of 32 bits. */
  number() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
  }
  /** Steps over `count` LEB128 numbers of any size. */
  skip(count) {
    for (; count > 0; count--) while (this.byte() >= 128);
  }
  /** Steps over a vector of bytes. */
  skipBytes() {
    const size = this.number()
    this.at += size
  }
}

const leb = (value) => {
  const bytes = []
  for (; value >= 128; value >>>= 7) bytes.push((value & 127) | 128)
  bytes.push(value)
  return bytes
}

/** How many LEB128 numbers follow each opcode; those that are left out have none. */
const immediates = new Map([
  ...[0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x18].map((opcode) => [opcode, 1]), // control
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0].map((opcode) => [opcode, 1]),
  [0x11, 2], // call_indirect
  ...Array.from({ length: 0x3f - 0x28 }, (_, i) => [0x28 + i, 2]), // load, store
])
/** The same behind the prefix 0xfc. */
const bulkImmediates = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1]

/** Calls `found(start, end, index)` for each index of a function in the body of one. */
function eachCallee(body, found) {
  const reader = new Reader(body)
  for (let groups = reader.number(); groups > 0; groups--) reader.skip(2) // locals
  while (reader.at < body.length) {
    const opcode = reader.byte()
    if (opcode === 0x10 || opcode === 0xd2) {
      const start = reader.at
      const index = reader.number()
      found(start, reader.at, index)
    } else if (opcode === 0x0e) reader.skip(reader.number() + 1)
    else if (opcode === 0x1c) reader.skip(reader.number())
    else if (opcode === 0x43) reader.at += 4
    else if (opcode === 0x44) reader.at += 8
    else if (opcode === 0xfc) reader.skip(bulkImmediates[reader.number()])
    else if (opcode > 0xd2 || (opcode > 0xc4 && opcode < 0xd0)) throw new Unknown(`opcode ${opcode}`)
    else reader.skip(immediates.get(opcode) ?? 0)
  }
}

/** The order of bodies: see above. O(bytes), but for pieces that many have. */
function orderOf(bodies) {
  const piecesOf = bodies.map((body) => {
    const found = new Set()
    for (let i = 0; i + repeat <= body.length; i++) found.add(body.readUInt32LE(i))
    return found
  })
  const holders = new Map() // which functions have each piece
  piecesOf.forEach((pieces, f) =>
    pieces.forEach((piece) => (holders.has(piece) ? holders.get(piece).push(f) : holders.set(piece, [f]))),
  )
  const inReach = new Map() // how many of the functions in reach have each piece
  const common = bodies.map(() => 0) // how many pieces of each function are in reach
  const count = (f, by) => {
    for (const piece of piecesOf[f]) {
      const before = inReach.get(piece) ?? 0
      inReach.set(piece, before + by)
      if (before + Math.min(by, 0) === 0) for (const holder of holders.get(piece)) common[holder] += by
    }
  }
  const left = new Set(bodies.keys())
  const order = []
  let first = 0
  let bytes = 0
  while (left.size > 0) {
    // A long function has more in common with anything: hence by a root of its length, which was measured.
    const rate = (f) => (order.length === 0 ? bodies[f].length : common[f] / bodies[f].length ** 0.7)
    const f = [...left].reduce((best, other) => (rate(other) > rate(best) ? other : best))
    left.delete(f)
    order.push(f)
    count(f, 1)
    bytes += bodies[f].length
    for (; bytes > reach; first++) {
      count(order[first], -1)
      bytes -= bodies[order[first]].length
    }
  }
  return order
}

/** Sections by number; those that are left out hold no index of a function, but for names. */
const section = { custom: 0, imports: 2, functions: 3, exports: 7, start: 8, elements: 9, code: 10 }

/** How many functions a module imports: these come first, and stay. */
function importedFunctions(content) {
  const reader = new Reader(content)
  let functions = 0
  for (let count = reader.number(); count > 0; count--) {
    reader.skipBytes()
    reader.skipBytes()
    const kind = reader.byte()
    if (kind === 0) functions++
    if (kind === 1) reader.at++ // the type of a table
    if (kind === 3)
      reader.at += 2 // a global
    else if (kind === 1 || kind === 2)
      reader.skip(reader.byte() & 1 ? 2 : 1) // limits
    else reader.skip(kind === 4 ? 2 : 1) // a tag, a function
  }
  return functions
}

/** The parts of a vector whose elements `step` steps over. */
function elementsOf(content, step) {
  const reader = new Reader(content)
  return Array.from({ length: reader.number() }, () => {
    const start = reader.at
    step(reader)
    return content.subarray(start, reader.at)
  })
}

const vector = (elements) => Buffer.concat([Buffer.from(leb(elements.length)), ...elements])

/** The bytes from `start` on of an element of a vector, with the index of a function in them replaced. */
function withIndex(element, start, moved) {
  const index = new Reader(element, start).number()
  return Buffer.concat([element.subarray(0, start), Buffer.from(leb(moved(index)))])
}

/** Segments of functions for tables, which begin with an offset. */
function elementSegments(content, moved) {
  const reader = new Reader(content)
  const out = [Buffer.from(leb(reader.number()))]
  while (reader.at < content.length) {
    const start = reader.at
    if (reader.byte() !== 0) throw new Unknown('an element segment of another form')
    const opcode = reader.byte() // i32.const or global.get, a number, end
    if (opcode !== 0x41 && opcode !== 0x23) throw new Unknown('an offset of another form')
    reader.skip(1)
    reader.at++
    const head = content.subarray(start, reader.at)
    const count = reader.number()
    const indices = Array.from({ length: count }, () => moved(reader.number()))
    out.push(head, Buffer.from([...leb(count), ...indices.flatMap(leb)]))
  }
  return Buffer.concat(out)
}

/** A module with its functions in that order; as it is when it has what this file does not know. */
export function orderFunctions(module) {
  try {
    return ordered(module)
  } catch (error) {
    if (error instanceof Unknown) return module
    throw error
  }
}

function ordered(module) {
  const sections = []
  for (const reader = new Reader(module, 8); reader.at < module.length;) {
    const id = reader.byte()
    const size = reader.number()
    sections.push({ id, content: module.subarray(reader.at, (reader.at += size)) })
  }
  if (sections.some(({ id }) => id === section.custom)) throw new Unknown('names')
  const contentOf = (id) => sections.find((found) => found.id === id)?.content
  const imports = contentOf(section.imports)
  const imported = imports ? importedFunctions(imports) : 0
  const coded = elementsOf(contentOf(section.code), (reader) => reader.skipBytes())
  const bodies = coded.map((element) => {
    const reader = new Reader(element)
    reader.number()
    return element.subarray(reader.at)
  })
  const order = orderOf(bodies)
  const position = new Map(order.map((f, i) => [f + imported, i + imported]))
  const moved = (index) => position.get(index) ?? index

  const rewritten = (body) => {
    const out = []
    let copied = 0
    eachCallee(body, (start, end, index) => {
      out.push(body.subarray(copied, start), Buffer.from(leb(moved(index))))
      copied = end
    })
    out.push(body.subarray(copied))
    const bytes = Buffer.concat(out)
    return Buffer.concat([Buffer.from(leb(bytes.length)), bytes])
  }
  const rewrite = {
    [section.functions]: (content) => {
      const types = elementsOf(content, (reader) => reader.skip(1))
      return vector(order.map((f) => types[f]))
    },
    [section.exports]: (content) =>
      vector(
        elementsOf(content, (reader) => {
          reader.skipBytes()
          reader.at++
          reader.skip(1)
        }).map((element) => {
          const reader = new Reader(element)
          reader.skipBytes()
          return reader.byte() === 0 ? withIndex(element, reader.at, moved) : element
        }),
      ),
    [section.start]: (content) => withIndex(content, 0, moved),
    [section.elements]: (content) => elementSegments(content, moved),
    [section.code]: () => vector(order.map((f) => rewritten(bodies[f]))),
  }
  const out = sections.map(({ id, content }) => {
    const made = rewrite[id]?.(content) ?? content
    return Buffer.concat([Buffer.from([id, ...leb(made.length)]), made])
  })
  return Buffer.concat([module.subarray(0, 8), ...out])
}
