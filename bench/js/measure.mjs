// Timing: processor time, medians, collections in between.

export const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1]

/** Collects garbage, and lets finalizers run: in a program with an event loop, they do. */
export async function settle() {
  globalThis.gc?.()
  await new Promise((resolve) => setTimeout(resolve, 1))
}

/** Processor time of this process in milliseconds. */
export function now() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/**
 * Runs until at least `least` milliseconds are spent, after as long without a look at the clock (a collection
 * throws optimised code away that refers to what died); nanoseconds an operation.
 */
export function measure(lib, row, data, least) {
  if (data.lookups.length < 1_000_000) {
    const until = now() + least
    do row.run(lib, data, row.prepare?.(lib, data))
    while (now() < until)
  }
  let operations = 0
  let time = 0
  do {
    const made = row.prepare?.(lib, data)
    const began = now()
    operations += row.run(lib, data, made)
    time += now() - began
  } while (time < least)
  return (time * 1e6) / operations
}
