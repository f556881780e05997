// The charts, drawn by uPlot; loaded when the first one is wanted. Colours come from the style sheet, so that a chart
// follows light and dark like everything else. Each chart is a picture beside a table that says the same.
import uPlot from 'uplot'

export interface Chart {
  destroy(): void
}

/** Colours of the style sheet at this moment. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

const font = '12px system-ui, sans-serif'

/** Keeps a plot as wide as its place, and draws it anew when light turns to dark or back. */
function living(place: HTMLElement, make: (width: number) => uPlot): Chart {
  let plot = make(place.clientWidth)
  let width = place.clientWidth
  const again = () => {
    plot.destroy()
    plot = make(place.clientWidth)
  }
  const sizes = new ResizeObserver(() => {
    if (place.clientWidth === width || place.clientWidth === 0) return
    width = place.clientWidth
    again()
  })
  sizes.observe(place)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', again)
  return {
    destroy() {
      sizes.disconnect()
      dark.removeEventListener('change', again)
      plot.destroy()
    },
  }
}

function axis(more: uPlot.Axis): uPlot.Axis {
  return {
    stroke: colour('muted'),
    font,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    ...more,
  }
}

function verticalLine(u: uPlot, x: number, stroke: string, dash: number[], label?: string): void {
  const { ctx, bbox } = u
  const at = Math.round(u.valToPos(x, 'x', true))
  if (at < bbox.left || at > bbox.left + bbox.width) return
  ctx.save()
  ctx.strokeStyle = stroke
  ctx.lineWidth = 1.5 * uPlot.pxRatio
  ctx.setLineDash(dash.map((d) => d * uPlot.pxRatio))
  ctx.beginPath()
  ctx.moveTo(at, bbox.top)
  ctx.lineTo(at, bbox.top + bbox.height)
  ctx.stroke()
  if (label) {
    ctx.font = `${12 * uPlot.pxRatio}px system-ui, sans-serif`
    ctx.fillStyle = stroke
    const roomRight = bbox.left + bbox.width - at > ctx.measureText(label).width + 10 * uPlot.pxRatio
    ctx.textAlign = roomRight ? 'left' : 'right'
    ctx.textBaseline = 'bottom'
    ctx.fillText(label, at + (roomRight ? 5 : -5) * uPlot.pxRatio, bbox.top - 3 * uPlot.pxRatio)
  }
  ctx.restore()
}

// --- all tickets ----------------------------------------------------------------------------------

/** What became of a ticket. The order is that of drawing: later ones lie on top. */
export type Fate = 'idle' | 'best' | 'submitted' | 'refused' | 'seated'
export interface TicketPoint {
  score: number
  row: number
  fate: Fate
  label: string
}
export interface ScoresInput {
  /** Ascending by score. */
  points: TicketPoint[]
  rowNames: string[]
  cutOff: number | undefined
  logarithmic: boolean
  /** The row that stands out, if any. */
  marked: number | undefined
}

const fates: Record<Fate, { size: number; stroke: string; fill?: string; width: number }> = {
  idle: { size: 5, stroke: 'dot', fill: 'dot', width: 0 },
  best: { size: 8, stroke: 'muted', fill: 'paper', width: 1.5 },
  submitted: { size: 9, stroke: 'submitted', fill: 'submitted', width: 0 },
  refused: { size: 10, stroke: 'wrong', fill: 'paper', width: 2.5 },
  seated: { size: 11, stroke: 'accent', fill: 'accent', width: 0 },
}

export function drawScores(
  place: HTMLElement,
  { points, rowNames, cutOff, logarithmic, marked }: ScoresInput,
): Chart {
  const rows = rowNames.length
  // Many rows are numbered by rank instead, and on a logarithmic scale: what decides is at the top.
  const named = rows <= 30
  const height = named ? rows * Math.min(26, 420 / rows) : 420
  const at = (row: number) => (named ? row : row + 1)
  const xs = points.map((p) => p.score)
  const lowest = Math.min(xs[0] ?? 1, cutOff ?? 1)
  const kinds = Object.keys(fates) as Fate[]
  const data: uPlot.AlignedData = [
    xs,
    ...kinds.map((fate) => points.map((p) => (p.fate === fate ? at(p.row) : null))),
  ]
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true

  return living(place, (width) => {
    const small = width < 480
    const u = new uPlot(
      {
        width,
        height: Math.round(height) + 70,
        padding: [22, 12, 0, 0],
        legend: { show: false },
        cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: {
            time: false,
            distr: logarithmic ? 3 : 1,
            range: () => (logarithmic ? [10 ** Math.floor(Math.log10(lowest) - 0.05), 1] : [0, 1]),
          },
          y: named
            ? { dir: -1, range: () => [-0.6, rows - 0.4] }
            : { dir: -1, distr: 3, range: () => [0.8, rows * 1.1] },
        },
        axes: [
          axis({
            size: 26,
            label: 'score, as a share of its range (lower wins)',
            labelFont: font,
            labelSize: 18,
            space: small ? 60 : 80,
            values: (_, splits) => splits.map((v) => (v == null ? '' : axisNumber(v))),
            ...(logarithmic && {
              filter: powers,
              grid: { filter: powers, stroke: colour('line'), width: 1 },
            }),
          }),
          axis({
            size: named ? 100 : 42,
            splits: () => (named ? rowNames.map((_, i) => i) : powersUpTo(rows)),
            values: (_, splits) => splits.map((i) => (named ? (rowNames[i] ?? '') : String(i))),
            ...(!named && { label: 'operators by their best ticket', labelFont: font, labelSize: 18 }),
            font: '12px ui-monospace, "DejaVu Sans Mono", monospace',
            grid: { stroke: colour('line'), width: 1 },
            gap: 8,
          }),
        ],
        series: [
          {},
          ...kinds.map((fate): uPlot.Series => {
            const { size, stroke, fill, width } = fates[fate]
            return {
              paths: () => null,
              points: {
                show: true,
                size: named ? size : fate === 'idle' ? 3 : fate === 'best' ? 6 : size,
                stroke: colour(stroke),
                ...(fill && { fill: colour(fill) }),
                width,
              },
            }
          }),
        ],
        hooks: {
          drawClear: [
            (u) => {
              if (marked === undefined) return
              const { ctx, bbox } = u
              const top = u.valToPos(at(marked) - (named ? 0.5 : 0.1), 'y', true)
              ctx.fillStyle = colour('wash')
              ctx.fillRect(
                0,
                top,
                bbox.left + bbox.width,
                u.valToPos(at(marked) + (named ? 0.5 : 0.1), 'y', true) - top,
              )
            },
          ],
          draw: [
            (u) => {
              if (cutOff !== undefined)
                verticalLine(u, cutOff, colour('cut'), [5, 4], `cut-off ${axisNumber(cutOff)}`)
            },
          ],
        },
      },
      data,
      place,
    )
    u.over.append(tip)
    u.over.addEventListener('mouseleave', () => (tip.hidden = true))
    u.over.addEventListener('mousemove', (event) => {
      const box = u.over.getBoundingClientRect()
      const near = nearest(u, points, at, event.clientX - box.left, event.clientY - box.top)
      tip.hidden = !near
      if (!near) return
      tip.textContent = near.label
      const left = u.valToPos(near.score, 'x')
      tip.style.left = `${left}px`
      tip.style.top = `${u.valToPos(at(near.row), 'y') + 12}px`
      tip.style.transform = `translateX(${left > box.width / 2 ? '-100%' : '0'})`
    })
    return u
  })
}

function nearest(
  u: uPlot,
  points: TicketPoint[],
  at: (row: number) => number,
  x: number,
  y: number,
): TicketPoint | undefined {
  let best: TicketPoint | undefined
  let distance = 14 ** 2
  for (const point of points) {
    const d = (u.valToPos(point.score, 'x') - x) ** 2 + (u.valToPos(at(point.row), 'y') - y) ** 2
    if (d <= distance) [best, distance] = [point, d]
  }
  return best
}

function axisNumber(v: number): string {
  if (v === 0 || v >= 0.1) return String(Number(v.toPrecision(3)))
  if (v < 0.001 && isPower(v))
    return `10⁻${[...String(Math.round(-Math.log10(v)))].map((d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(d)]).join('')}`
  return v
    .toFixed(Math.min(12, Math.ceil(-Math.log10(v)) + (isPower(v) ? 0 : 2)))
    .replace(/(\.\d*?[1-9])0+$/, '$1')
}
function isPower(v: number): boolean {
  const log = Math.log10(v)
  return Math.abs(log - Math.round(log)) < 1e-9
}
const powers = (_: uPlot, splits: number[]) => splits.map((v) => (isPower(v) ? v : null))
function powersUpTo(n: number): number[] {
  return Array.from({ length: Math.floor(Math.log10(n) + 1e-9) + 1 }, (_, i) => 10 ** i)
}

// --- an operator's history ------------------------------------------------------------------------

export interface HistoryInput {
  /** Each holds from its second on. */
  steps: { from: number; tickets: number; active: boolean }[]
  until: number
  request: number | undefined
  unit: string
}

export function drawHistory(place: HTMLElement, { steps, until, request, unit }: HistoryInput): Chart {
  const first = Math.min(steps[0]!.from, request ?? Infinity)
  const span = Math.max(1, until - first)
  const end = until + span * 0.03
  const xs = [...steps.map((step) => step.from), end]
  const ys = [...steps.map((step) => step.tickets), steps.at(-1)!.tickets]
  return living(place, (width) => {
    return new uPlot(
      {
        width,
        height: 176,
        padding: [22, 12, 0, 0],
        legend: { show: false },
        cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: true, range: () => [first - span * 0.03, end] },
          y: { range: (_, __, max) => [0, Math.max(1, max) * 1.12] },
        },
        axes: [
          axis({
            size: 28,
            space: 76,
            values: (_, splits, __, ___, step) => splits.map((t) => moment(t, step)),
          }),
          axis({
            size: 48,
            label: unit,
            labelFont: font,
            labelSize: 18,
            incrs: [
              1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e12,
              1e15, 1e18,
            ],
          }),
        ],
        series: [
          {},
          {
            stroke: colour('accent'),
            width: 2,
            paths: uPlot.paths.stepped!({ align: 1 }),
            points: { show: false },
          },
        ],
        hooks: {
          drawClear: [
            (u) => {
              const { ctx, bbox } = u
              ctx.fillStyle = colour('wash')
              steps.forEach(({ from, active }, i) => {
                if (!active) return
                const left = u.valToPos(from, 'x', true)
                ctx.fillRect(
                  left,
                  bbox.top,
                  u.valToPos(steps[i + 1]?.from ?? end, 'x', true) - left,
                  bbox.height,
                )
              })
            },
          ],
          draw: [
            (u) => {
              if (request !== undefined) verticalLine(u, request, colour('cut'), [5, 4], 'request')
            },
          ],
        },
      },
      [xs, ys],
      place,
    )
  })
}

/** A time on an axis, as fine as its steps, in UTC. */
function moment(t: number, step: number): string {
  const date = new Date(t * 1000)
  if (Number.isNaN(date.getTime())) return String(t)
  const iso = date.toISOString()
  if (step >= 86_400) return iso.slice(0, 10)
  return step >= 60 ? iso.slice(11, 16) : iso.slice(11, 19)
}

// --- versions -------------------------------------------------------------------------------------

export interface VersionsInput {
  rows: { index: number; nodes: number; newNodes: number; bytes: number }[]
  chosen: number | undefined
  request: number | undefined
  choose: (index: number) => void
}

export function drawVersionNodes(place: HTMLElement, input: VersionsInput): Chart {
  return bars(place, input, 'trie nodes', [
    { values: input.rows.map((row) => row.nodes), fill: 'shared' },
    { values: input.rows.map((row) => row.newNodes), fill: 'accent' },
  ])
}

export function drawVersionBytes(place: HTMLElement, input: VersionsInput): Chart {
  return bars(place, input, 'bytes', [{ values: input.rows.map((row) => row.bytes), fill: 'accent' }])
}

/** Bars over versions; of several, later ones stand before earlier ones. */
function bars(
  place: HTMLElement,
  { rows, chosen, request, choose }: VersionsInput,
  unit: string,
  series: { values: number[]; fill: string }[],
): Chart {
  const first = rows[0]!.index
  const last = rows.at(-1)!.index
  return living(place, (width) => {
    const u = new uPlot(
      {
        width,
        height: 148,
        padding: [request === undefined ? 10 : 22, 12, 0, 0],
        legend: { show: false },
        cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: () => [first - 0.7, last + 0.7] },
          y: { range: (_, __, max) => [0, Math.max(1, max) * 1.08] },
        },
        axes: [
          axis({
            size: 24,
            label: 'version',
            labelFont: font,
            labelSize: 18,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000],
            grid: { show: false },
          }),
          axis({
            size: 48,
            label: unit,
            labelFont: font,
            labelSize: 18,
            space: 24,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
          }),
        ],
        series: [
          {},
          ...series.map(({ fill }): uPlot.Series => ({
            fill: colour(fill),
            stroke: colour(fill),
            width: 0,
            paths: uPlot.paths.bars!({ size: [0.72, 40], gap: 0 }),
            points: { show: false },
          })),
        ],
        hooks: {
          drawClear: [
            (u) => {
              if (chosen === undefined) return
              const { ctx, bbox } = u
              const left = u.valToPos(chosen - 0.5, 'x', true)
              ctx.fillStyle = colour('wash')
              ctx.fillRect(left, bbox.top, u.valToPos(chosen + 0.5, 'x', true) - left, bbox.height)
            },
          ],
          draw: [
            (u) => {
              if (request !== undefined) verticalLine(u, request, colour('cut'), [5, 4], 'request')
            },
          ],
        },
      },
      [rows.map((row) => row.index), ...series.map(({ values }) => values)],
      place,
    )
    u.over.addEventListener('click', (event) => {
      const box = u.over.getBoundingClientRect()
      const index = Math.round(u.posToVal(event.clientX - box.left, 'x'))
      if (index >= first && index <= last) choose(index)
    })
    return u
  })
}

/** This module, for those who get it when it has been loaded. */
export interface Charts {
  drawScores: typeof drawScores
  drawHistory: typeof drawHistory
  drawVersionNodes: typeof drawVersionNodes
  drawVersionBytes: typeof drawVersionBytes
}
