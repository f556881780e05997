// A plot on a canvas: scales, axes, grid, marks. Its size and colours follow the page. Each plot is a picture
// beside a table that says the same.

export interface Chart {
  destroy(): void
}

/** A colour of the style sheet at this moment. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** Draws again when the room becomes wider or narrower, or light turns to dark or back. */
export function responsive(parent: HTMLElement, make: (width: number) => Chart): Chart {
  let width = parent.clientWidth
  let chart = make(width)
  const again = () => {
    chart.destroy()
    chart = make(parent.clientWidth)
  }
  const sizes = new ResizeObserver(() => {
    if (parent.clientWidth === width || parent.clientWidth === 0) return
    width = parent.clientWidth
    again()
  })
  sizes.observe(parent)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', again)
  return {
    destroy() {
      sizes.disconnect()
      dark.removeEventListener('change', again)
      chart.destroy()
    },
  }
}

/** A canvas of a size in CSS pixels, sharp on every screen, in a frame that takes pointers. */
export function canvas(
  parent: HTMLElement,
  width: number,
  height: number,
): { frame: HTMLElement; ctx: CanvasRenderingContext2D } {
  const element = document.createElement('canvas')
  element.width = Math.round(width * devicePixelRatio)
  element.height = Math.round(height * devicePixelRatio)
  element.style.width = `${width}px`
  element.style.height = `${height}px`
  const ctx = element.getContext('2d')!
  ctx.scale(devicePixelRatio, devicePixelRatio)
  const frame = document.createElement('div')
  frame.className = 'plot'
  frame.append(element)
  parent.append(frame)
  return { frame, ctx }
}

export interface Axis {
  from: number
  to: number
  /** Equal factors take equal room; otherwise equal differences do. */
  logarithmic?: boolean
  /** Marks, given the length of the axis in pixels. */
  ticks: (length: number) => { at: number; text: string }[]
  label?: string
  /** Lines across the plot at each mark. */
  grid?: boolean
  /** Room for the texts, in pixels. */
  room: number
}

export interface PlotOptions {
  height: number
  x: Axis
  /** From the bottom up, or from the top down where `from` is greater than `to`. */
  y: Axis
  /** Room above, for the label of a line. */
  top: number
  draw: (plot: Plot) => void
}

const font = '12px system-ui, sans-serif'
const right = 12

export class Plot {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  /** The value at a position along the horizontal axis. */
  readonly valueAt: (px: number) => number

  constructor(
    readonly ctx: CanvasRenderingContext2D,
    fullWidth: number,
    { height, x, y, top }: PlotOptions,
  ) {
    this.left = y.room
    this.top = top
    this.width = fullWidth - this.left - right
    this.height = height - top - x.room
    this.x = scale(x, this.left, this.left + this.width)
    this.y = scale(y, this.top + this.height, this.top)
    this.valueAt = (px) => x.from + ((px - this.left) / this.width) * (x.to - x.from)
  }

  /** A dashed vertical line, labelled above the plot. */
  line(value: number, text: string): void {
    const { ctx, left, top, width, height } = this
    const at = Math.round(this.x(value))
    if (at < left || at > left + width) return
    ctx.save()
    ctx.strokeStyle = ctx.fillStyle = colour('cut')
    ctx.lineWidth = 1.5
    ctx.setLineDash([5, 4])
    ctx.beginPath()
    ctx.moveTo(at, top)
    ctx.lineTo(at, top + height)
    ctx.stroke()
    ctx.font = font
    const roomRight = left + width - at > ctx.measureText(text).width + 10
    ctx.textAlign = roomRight ? 'left' : 'right'
    ctx.textBaseline = 'bottom'
    ctx.fillText(text, at + (roomRight ? 5 : -5), top - 3)
    ctx.restore()
  }
}

function scale({ from, to, logarithmic }: Axis, start: number, end: number): (value: number) => number {
  const f = logarithmic ? Math.log10 : Number
  const [a, b] = [f(from), f(to)]
  return (value) => start + ((f(value) - a) / (b - a)) * (end - start)
}

/**
 * A plot as wide as its parent. `ready` gets each new drawing of it, with the element that takes pointers.
 */
export function drawPlot(
  parent: HTMLElement,
  optionsFor: (width: number) => PlotOptions,
  ready?: (plot: Plot, frame: HTMLElement) => void,
): Chart {
  return responsive(parent, (width) => {
    const options = optionsFor(width)
    const { frame, ctx } = canvas(parent, width, options.height)
    const plot = new Plot(ctx, width, options)
    options.draw(plot)
    ready?.(plot, frame)
    return { destroy: () => frame.remove() }
  })
}

/**
 * Grid, texts and labels of both axes. Drawn after what lies beneath the grid and before what lies upon it.
 */
export function drawAxes(plot: Plot, x: Axis, y: Axis): void {
  const { ctx, left, top, width, height } = plot
  ctx.save()
  ctx.font = font
  ctx.lineWidth = 1
  ctx.strokeStyle = colour('line')
  ctx.fillStyle = colour('muted')
  ctx.textAlign = 'center'
  ctx.textBaseline = 'top'
  for (const { at, text } of x.ticks(width)) {
    const px = Math.round(plot.x(at)) + 0.5
    if (x.grid) strokeLine(ctx, px, top, px, top + height)
    ctx.fillText(text, px, top + height + 6)
  }
  if (x.label) ctx.fillText(x.label, left + width / 2, top + height + 24)
  ctx.textAlign = 'right'
  ctx.textBaseline = 'middle'
  for (const { at, text } of y.ticks(height)) {
    const py = Math.round(plot.y(at)) + 0.5
    if (y.grid) strokeLine(ctx, left, py, left + width, py)
    ctx.fillText(text, left - 8, py)
  }
  if (y.label) {
    ctx.translate(8, top + height / 2)
    ctx.rotate(-Math.PI / 2)
    ctx.textAlign = 'center'
    ctx.fillText(y.label, 0, 0)
  }
  ctx.restore()
}

function strokeLine(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
  ctx.stroke()
}

/** A line of text that follows the pointer over a chart. `find` gives what is under it, and where. */
export function addTip(
  over: HTMLElement,
  find: (x: number, y: number) => { text: string; x: number; y: number } | undefined,
): void {
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true
  over.append(tip)
  over.addEventListener('mouseleave', () => (tip.hidden = true))
  over.addEventListener('mousemove', (event) => {
    const box = over.getBoundingClientRect()
    const found = find(event.clientX - box.left, event.clientY - box.top)
    tip.hidden = !found
    if (!found) return
    tip.textContent = found.text
    tip.style.left = `${found.x}px`
    tip.style.top = `${found.y}px`
    tip.style.transform = `translateX(${found.x > box.width / 2 ? '-100%' : '0'})`
  })
}
