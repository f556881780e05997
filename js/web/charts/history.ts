// An operator's tickets over time, and when it was active.
import type { History } from '../protocol.js'
import { type Chart, colour, drawAxes, drawPlot, type Plot } from './plot.js'
import { amountText, roundTicks, timeTicks } from './ticks.js'

export interface HistoryInput {
  history: History
  /** The end of the time axis, and the time of the request, in seconds. */
  until: number
  request: number | undefined
  unit: string
}

export function drawHistory(parent: HTMLElement, { history, until, request, unit }: HistoryInput): Chart {
  const first = Math.min(history.from[0]!, request ?? Infinity)
  const span = Math.max(1, until - first)
  const [from, end] = [first - span * 0.03, until + span * 0.03]
  const most = history.amounts.reduce((a, b) => Math.max(a, b), 1) * 1.12
  const x = { from, to: end, ticks: (length: number) => timeTicks(from, end, length / 76), room: 28 }
  const y = {
    from: 0,
    to: most,
    ticks: (length: number) =>
      roundTicks(0, most, length / 30, 1).map((at) => ({ at, text: amountText(at) })),
    label: unit,
    grid: true,
    room: 66,
  }
  const draw = (plot: Plot) => {
    shadeActive(plot, history, end)
    drawAxes(plot, x, y)
    drawSteps(plot, history, end)
    if (request !== undefined) plot.line(request, 'request')
  }
  return drawPlot(parent, () => ({ height: 176, x, y, top: 22, draw }))
}

function shadeActive({ ctx, x, top, height }: Plot, { from, active }: History, end: number): void {
  ctx.fillStyle = colour('wash')
  for (let i = 0; i < from.length; ++i) {
    if (active[i]) ctx.fillRect(x(from[i]!), top, x(from[i + 1] ?? end) - x(from[i]!), height)
  }
}

function drawSteps({ ctx, x, y }: Plot, { from, amounts }: History, end: number): void {
  ctx.strokeStyle = colour('accent')
  ctx.lineWidth = 2
  ctx.lineJoin = 'round'
  ctx.beginPath()
  for (let i = 0; i < from.length; ++i) {
    ctx.lineTo(x(from[i]!), y(amounts[i]!))
    ctx.lineTo(x(from[i + 1] ?? end), y(amounts[i]!))
  }
  ctx.stroke()
}
