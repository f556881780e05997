// A trie as an icicle: under each node the entries that it holds and the nodes beneath it; each column an
// entry.
import type { TriePicture } from '../protocol.js'
import { shortKey, plural } from '../format.js'
import { addTip, canvas, type Chart, colour, responsive } from './plot.js'

type Shape = NonNullable<TriePicture['shape']>

const levelHeight = 30
const nodeHeight = 25
const entryHeight = 12

export function drawTrie(parent: HTMLElement, shape: Shape): Chart {
  const { keys, depths } = shape
  const levels = depths.reduce((most, depth) => Math.max(most, depth), 0) + 2
  const height = levels * levelHeight - entryHeight
  return responsive(parent, (width) => {
    const { frame, ctx } = canvas(parent, width, height)
    drawShape(ctx, shape, width)
    const column = width / keys.length
    addTip(frame, (x, y) => {
      const at = Math.floor(x / column)
      const level = Math.floor(y / levelHeight)
      const text = textAt(shape, Math.min(keys.length - 1, Math.max(0, at)), level)
      return text === undefined ? undefined : { text, x, y: (level + 1) * levelHeight }
    })
    return { destroy: () => frame.remove() }
  })
}

function drawShape(
  ctx: CanvasRenderingContext2D,
  { keys, depths, touched, nodes }: Shape,
  width: number,
): void {
  const column = width / keys.length
  // A column narrower than a pixel is drawn a pixel wide; new things are drawn over old ones.
  const box = (from: number, size: number, y: number, h: number) => {
    const inset = Math.min(1.5, (column * size) / 6)
    const w = Math.max(1, column * size - 2 * inset)
    ctx.fillRect(from * column + inset, y, w, h)
  }
  for (const fresh of [0, 1]) {
    ctx.fillStyle = colour(fresh ? 'accent' : 'shared')
    nodes.isNew.forEach((isNew, i) => {
      if (isNew === fresh) box(nodes.from[i]!, nodes.size[i]!, nodes.depth[i]! * levelHeight, nodeHeight)
    })
    ctx.fillStyle = colour(fresh ? 'cut' : 'dot')
    touched.forEach((isNew, i) => {
      if (isNew === fresh) box(i, 1, (depths[i]! + 1) * levelHeight, entryHeight)
    })
  }
}

/** What is drawn in a column at a level. */
function textAt({ keys, depths, touched, nodes }: Shape, column: number, level: number): string | undefined {
  if (level === depths[column]! + 1)
    return `${shortKey(keys[column]!)}, ${touched[column] ? 'added or changed' : 'as before'}`
  const i = nodes.depth.findIndex(
    (depth, n) => depth === level && column >= nodes.from[n]! && column < nodes.from[n]! + nodes.size[n]!,
  )
  if (i < 0) return undefined
  const where = level === 0 ? 'root' : `level ${level}`
  return `${where}: ${plural(nodes.size[i]!, 'entry', 'entries')} below, ${nodes.isNew[i] ? 'new' : 'shared'}`
}
