// Keys and values of any map as text on one line.

import { visible } from '../format.js'

/** Characters that are kept of a long value. */
const mostText = 400

/** As one would write it in a program, cut where it is long; bytes in hexadecimal digits. */
export function valueText(value: unknown): string {
  const parts: string[] = []
  let room = mostText
  const put = (text: string): boolean => {
    parts.push(text.slice(0, Math.max(0, room)))
    room -= text.length
    return room > 0
  }
  write(value, put)
  return visible(parts.join('')) + (room < 0 ? '…' : '')
}

/** Appends `value`; gives false once there is no more room. */
function write(value: unknown, put: (text: string) => boolean): boolean {
  if (typeof value === 'string') return put(JSON.stringify(value.slice(0, mostText)))
  if (typeof value === 'bigint')
    return put(`${value < 2n ** 512n && value > -(2n ** 512n) ? value : 'a large number '}n`)
  if (value instanceof Uint8Array)
    return put(
      `0x${Array.from(value.subarray(0, mostText), (b) => b.toString(16).padStart(2, '0')).join('')}`,
    )
  if (Array.isArray(value)) {
    if (!put('[')) return false
    for (const [i, each] of value.entries()) if (!put(i > 0 ? ', ' : '') || !write(each, put)) return false
    return put(']')
  }
  if (value !== null && typeof value === 'object') {
    if (!put('{ ')) return false
    let first = true
    for (const [key, each] of Object.entries(value)) {
      if (
        !put(`${first ? '' : ', '}${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: `) ||
        !write(each, put)
      )
        return false
      first = false
    }
    return put(' }')
  }
  return put(Object.is(value, -0) ? '-0' : String(value))
}
