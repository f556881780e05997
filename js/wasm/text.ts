// wasm modules as text: wasm-build/wasm.mjs writes them into the sources.

/** The bytes in the order in which characters stand for them. */
const order = [0, 74, 104, 119, 127, 129, 74, 104, 119, 127, 129, 256]
const byteOf = new Uint8Array(256)
for (let i = 0, number = 0; i < order.length; i += 2)
  for (let byte = order[i]!; byte < order[i + 1]!; byte++) byteOf[number++] = byte

/** The module that `text` stands for: a fresh copy of its bytes. O(text). */
export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  let size = 0
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    const base = code === 126 ? 91 : code === 125 ? 182 : 0
    if (base > 0) code = text.charCodeAt(++i)
    bytes[size++] = byteOf[base + code - (code > 92 ? 34 : code > 39 ? 33 : 32)]! // quote and backslash are not used
  }
  return bytes.subarray(0, size)
}
