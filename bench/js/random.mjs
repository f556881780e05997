// Pseudo-random numbers (xorshift32): workloads are the same everywhere.

/** A function that gives the next number below its argument. */
export function randoms(seed) {
  let s = seed
  return (below) => {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    return Math.floor(((s >>> 0) / 2 ** 32) * below)
  }
}
