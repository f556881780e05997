// The scores of all tickets: each operator a row, each ticket a dot, and the line of the cut-off.
import { scoreText, shortAddress } from '../format.js'
import { type Fate, fates, type TicketCloud } from '../protocol.js'
import { addTip, type Axis, type Chart, colour, drawAxes, drawPlot, type Plot } from './plot.js'
import { powerTicks, roundTicks, shareText } from './ticks.js'

export interface ScoresInput {
  cloud: TicketCloud
  logarithmic: boolean
  /** The rank of the operator that stands out, from 0, if any. */
  marked: number | undefined
  fateTexts: Record<Fate, string>
}

const marks: Record<Fate, { size: number; fill: string; stroke?: string; width: number }> = {
  idle: { size: 5, fill: 'dot', width: 0 },
  best: { size: 8, fill: 'paper', stroke: 'muted', width: 1.5 },
  submitted: { size: 9, fill: 'submitted', width: 0 },
  refused: { size: 10, fill: 'paper', stroke: 'wrong', width: 2.5 },
  seated: { size: 11, fill: 'accent', width: 0 },
}

/**
 * Rows of operators that are named; more are numbered by rank, on a logarithmic scale: what decides is at the
 * top.
 */
const mostNamed = 30
const tipDistance = 14

export function drawScores(parent: HTMLElement, input: ScoresInput): Chart {
  const { cloud, fateTexts } = input
  const rows = cloud.eligible
  const named = rows <= mostNamed
  const y = (rank: number) => (named ? rank : rank + 1)
  const half = named ? 0.5 : 0.1
  const axes = { x: scoreAxis(input), y: rankAxis(cloud, named) }
  const draw = (plot: Plot) => {
    if (input.marked !== undefined) shadeRow(plot, y(input.marked) - half, y(input.marked) + half)
    drawAxes(plot, axes.x, axes.y)
    fates.forEach((fate, i) => drawDots(plot, cloud, fate, i, y, named))
    if (cloud.cutOff !== undefined) plot.line(cloud.cutOff, `cut-off ${scoreText(cloud.cutOff)}`)
  }
  const height = Math.round(named ? rows * Math.min(26, 420 / rows) : 420) + 70
  return drawPlot(
    parent,
    () => ({ height, ...axes, top: 22, draw }),
    (plot, frame) =>
      addTip(frame, (px, py) => {
        const i = nearest(plot, cloud, y, px, py)
        if (i === undefined) return undefined
        const node = cloud.operators[cloud.ranks[i]!]!
        const score = cloud.scores[i]!
        const what = fateTexts[fates[cloud.fates[i]!]!]
        const text = `${shortAddress(node)}, ticket ${cloud.tickets[i]}: ${scoreText(score)}, ${what}`
        return { text, x: plot.x(score), y: plot.y(y(cloud.ranks[i]!)) + 12 }
      }),
  )
}

function scoreAxis({ cloud: { scores, cutOff }, logarithmic }: ScoresInput): Axis {
  const lowest = Math.min(scores[0] ?? 1, cutOff ?? 1)
  const from = logarithmic ? 10 ** Math.floor(Math.log10(lowest) - 0.05) : 0
  const ticks = (length: number) =>
    (logarithmic ? powerTicks(from, 1) : roundTicks(0, 1, length / 80)).map((at) => ({
      at,
      text: shareText(at),
    }))
  return {
    from,
    to: 1,
    logarithmic,
    ticks,
    label: 'score, as a share of its range (lower wins)',
    grid: true,
    room: 44,
  }
}

function rankAxis({ operators, eligible }: TicketCloud, named: boolean): Axis {
  if (named) {
    const ticks = () => operators.map((node, at) => ({ at, text: shortAddress(node) }))
    return { from: eligible - 0.4, to: -0.6, ticks, grid: true, room: 104 }
  }
  const ticks = () => powerTicks(1, eligible).map((at) => ({ at, text: String(at) }))
  const label = 'operators by their best ticket'
  return { from: eligible * 1.1, to: 0.8, logarithmic: true, ticks, label, grid: true, room: 60 }
}

function shadeRow({ ctx, left, width, y }: Plot, from: number, to: number): void {
  ctx.fillStyle = colour('wash')
  ctx.fillRect(0, y(from), left + width, y(to) - y(from))
}

function drawDots(
  plot: Plot,
  { scores, ranks, fates: fateOf }: TicketCloud,
  fate: Fate,
  number: number,
  y: (rank: number) => number,
  named: boolean,
): void {
  const { ctx } = plot
  const { size, fill, stroke, width } = marks[fate]
  const small = fate === 'idle' ? 3 : fate === 'best' ? 6 : size
  const radius = (named ? size : small) / 2
  ctx.beginPath()
  for (let i = 0; i < scores.length; ++i) {
    if (fateOf[i] !== number) continue
    const [px, py] = [plot.x(scores[i]!), plot.y(y(ranks[i]!))]
    ctx.moveTo(px + radius, py)
    ctx.arc(px, py, radius, 0, 2 * Math.PI)
  }
  ctx.fillStyle = colour(fill)
  ctx.fill()
  if (!stroke) return
  ctx.lineWidth = width
  ctx.strokeStyle = colour(stroke)
  ctx.stroke()
}

function nearest(
  plot: Plot,
  { scores, ranks }: TicketCloud,
  y: (rank: number) => number,
  px: number,
  py: number,
): number | undefined {
  let best: number | undefined
  let distance = tipDistance ** 2
  for (let i = 0; i < scores.length; ++i) {
    const d = (plot.x(scores[i]!) - px) ** 2 + (plot.y(y(ranks[i]!)) - py) ** 2
    if (d <= distance) [best, distance] = [i, d]
  }
  return best
}
