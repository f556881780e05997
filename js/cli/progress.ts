// A progress bar: only on a terminal, and only for what takes a while.

const patience = 300 // milliseconds before the first drawing
const interval = 100

/** Draws how far something is on the error output, when that is a terminal. */
export function progressBar(label: string): { draw: (done: number, of: number) => void; end: () => void } {
  const to = process.stderr
  let next = Date.now() + patience
  let drawn = false
  return {
    draw(done, of) {
      if (!to.isTTY || Date.now() < next) return
      to.write(`\r${bar(label, done / of, to.columns ?? 80)}`)
      next = Date.now() + interval
      drawn = true
    },
    end() {
      if (drawn) to.write(`\r${' '.repeat((to.columns ?? 80) - 1)}\r`)
    },
  }
}

export function bar(label: string, share: number, columns: number): string {
  const percent = `${Math.floor(100 * share)}%`.padStart(4)
  const room = Math.max(0, Math.min(40, columns - label.length - percent.length - 5))
  const full = Math.round(share * room)
  return `${label} [${'#'.repeat(full)}${' '.repeat(room - full)}]${percent}`
}
