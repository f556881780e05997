// A progress bar: only on a terminal, and only for what takes a while.

const patience = 300 // milliseconds before the first drawing
const interval = 100

/** Goes over `items`, drawing how far it is on the error output when that is a terminal. */
export function* withProgress<T>(label: string, items: readonly T[]): Generator<T> {
  const to = process.stderr
  const start = Date.now()
  let next = start + patience
  let drawn = false
  for (let i = 0; i < items.length; ++i) {
    // Looking at the clock costs more than most items.
    if (to.isTTY && i % 1000 === 0 && Date.now() >= next) {
      to.write(`\r${bar(label, i / items.length, to.columns ?? 80)}`)
      next = Date.now() + interval
      drawn = true
    }
    yield items[i]!
  }
  if (drawn) to.write(`\r${' '.repeat((to.columns ?? 80) - 1)}\r`)
}

export function bar(label: string, share: number, columns: number): string {
  const percent = `${Math.floor(100 * share)}%`.padStart(4)
  const room = Math.max(0, Math.min(40, columns - label.length - percent.length - 5))
  const full = Math.round(share * room)
  return `${label} [${'#'.repeat(full)}${' '.repeat(room - full)}]${percent}`
}
