// Bars over versions: trie nodes, and bytes that each adds to a snapshot.
import type { VersionRow } from '../protocol.js'
import { type Axis, type Chart, colour, drawAxes, drawPlot, type Plot } from './plot.js'
import { amountText, roundTicks } from './ticks.js'

export interface VersionsInput {
  rows: readonly VersionRow[]
  chosen: number
  /** Where the request stands among the versions. */
  request: number | undefined
  choose: (index: number) => void
}

export function drawVersionNodes(parent: HTMLElement, input: VersionsInput): Chart {
  return bars(parent, input, 'trie nodes', [
    { values: input.rows.map((row) => row.nodes), fill: 'shared' },
    { values: input.rows.map((row) => row.newNodes), fill: 'accent' },
  ])
}

export function drawVersionBytes(parent: HTMLElement, input: VersionsInput): Chart {
  return bars(parent, input, 'bytes', [{ values: input.rows.map((row) => row.bytes), fill: 'accent' }])
}

interface Bars {
  values: number[]
  fill: string
}
const widest = 40

/** Of several series, later ones stand before earlier ones. */
function bars(parent: HTMLElement, input: VersionsInput, unit: string, series: Bars[]): Chart {
  const { rows, choose, request } = input
  const [first, last] = [rows[0]!.index, rows.at(-1)!.index]
  const [from, to] = [first - 0.7, last + 0.7]
  const most = Math.max(1, ...series.flatMap(({ values }) => values)) * 1.08
  const numbers = (length: number) => roundTicks(Math.max(0, from), to, length / 60, 1)
  const amounts = (length: number) => roundTicks(0, most, length / 26, 1)
  const x: Axis = {
    from,
    to,
    ticks: (length) => numbers(length).map((at) => ({ at, text: String(at) })),
    label: 'version',
    room: 42,
  }
  const y: Axis = {
    from: 0,
    to: most,
    ticks: (length) => amounts(length).map((at) => ({ at, text: amountText(at) })),
    label: unit,
    grid: true,
    room: 66,
  }
  const draw = (plot: Plot) => {
    shadeChosen(plot, input.chosen)
    drawAxes(plot, x, y)
    for (const each of series) drawBars(plot, rows, each)
    if (request !== undefined) plot.line(request, 'request')
  }
  const top = request === undefined ? 10 : 22
  return drawPlot(
    parent,
    () => ({ height: 148, x, y, top, draw }),
    (plot, frame) =>
      frame.addEventListener('click', (event) => {
        const index = Math.round(plot.valueAt(event.clientX - frame.getBoundingClientRect().left))
        if (index >= first && index <= last) choose(index)
      }),
  )
}

function shadeChosen({ ctx, x, top, height }: Plot, chosen: number): void {
  ctx.fillStyle = colour('wash')
  ctx.fillRect(x(chosen - 0.5), top, x(1) - x(0), height)
}

function drawBars({ ctx, x, y }: Plot, rows: readonly VersionRow[], { values, fill }: Bars): void {
  const width = Math.min(widest, (x(1) - x(0)) * 0.72)
  ctx.fillStyle = colour(fill)
  values.forEach((value, i) => ctx.fillRect(x(rows[i]!.index) - width / 2, y(value), width, y(0) - y(value)))
}
