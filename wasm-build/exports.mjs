// Takes exports out of a wasm module, so that tools leave out what only they need.
const exportSection = 7

/** A module without some exports: all sections but one are copied. */
export function withoutExports(wasm, isUnused) {
  let at = 8
  const parts = [wasm.subarray(0, at)]
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++]
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < wasm.length) {
    const start = at
    const id = wasm[at++]
    const end = varint() + at
    if (id === exportSection) parts.push(section(id, keptExports(varint())))
    else parts.push(wasm.subarray(start, end))
    at = end
  }
  return Buffer.concat(parts)

  function keptExports(count) {
    const kept = []
    for (let i = 0; i < count; ++i) {
      const start = at
      const length = varint()
      const name = wasm.toString('utf8', at, at + length)
      at += length + 1 // and its kind
      varint()
      if (!isUnused(name)) kept.push(wasm.subarray(start, at))
    }
    return Buffer.concat([encoded(kept.length), ...kept])
  }
}

function section(id, body) {
  return Buffer.concat([Buffer.of(id), encoded(body.length), body])
}

/** LEB128. */
function encoded(value) {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(128 + (value % 128))
  return Buffer.of(...bytes, value)
}
