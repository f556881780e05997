// Tick marks of an axis, and their labels.

/**
 * Round values between two, at most `most` of them: multiples of 1, 2 or 5 times a power of ten, not below
 * `smallest`.
 */
export function roundTicks(from: number, to: number, most: number, smallest = 0): number[] {
  const precision = Math.max(Math.abs(from), Math.abs(to)) * Number.EPSILON
  const wanted = Math.max((to - from) / Math.max(1, most), smallest, precision, Number.MIN_VALUE)
  const power = 10 ** Math.floor(Math.log10(wanted) + 1e-9)
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= wanted * (1 - 1e-9))!
  return multiples(from, to, step)
}

const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800, 2_592_000, 31_536_000, 315_360_000,
]

/** Round times between two, in seconds, with their texts in UTC. */
export function timeTicks(from: number, to: number, most: number): { at: number; text: string }[] {
  const wanted = (to - from) / Math.max(1, most)
  const step = timeSteps.find((each) => each >= wanted) ?? wanted
  return multiples(from, to, step).map((at) => ({ at, text: timeOnAxis(at, step) }))
}

/** A time, as fine as the steps of its axis. */
function timeOnAxis(seconds: number, step: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return String(seconds)
  const iso = date.toISOString()
  if (step >= 86_400) return iso.slice(0, 10)
  return step >= 60 ? iso.slice(11, 16) : iso.slice(11, 19)
}

/** Powers of ten between two. */
export function powerTicks(from: number, to: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)]
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`))
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(to / step + 1e-9) - first + 1
  // Rounded, as 3 * 0.1 is not 0.3.
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** A share on an axis: 0.25, or 10⁻⁵ where it is small. */
export function shareText(share: number): string {
  if (share === 0 || share >= 0.001) return String(share)
  const power = Math.round(-Math.log10(share))
  return `10⁻${[...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`
}

/** An amount on an axis: 1500, 20k, 3M. */
export function amountText(amount: number): string {
  const units: [number, string][] = [
    [1e18, '·10¹⁸'],
    [1e15, '·10¹⁵'],
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ]
  const unit = units.find(([size]) => amount >= size)
  if (!unit) return String(amount)
  return `${Number((amount / (unit[1] === 'k' ? 1e3 : unit[0])).toPrecision(4))}${unit[1]}`
}
