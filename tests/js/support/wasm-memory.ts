// Wasm memory that is taken, for tests of what happens when there is none.

// The built core, which is not for users.
const core: string = '../../../dist/core.js'
const { raw } = (await import(core)) as {
  raw: { take_memory(n: number): number; give_memory(p: number): void }
}

/** Takes all memory that there is, down to blocks of `least` bytes. Gives what gives it back. */
export function takeMemory(least: number): () => void {
  const taken: number[] = []
  for (let size = 1 << 29; size >= least; size >>= 1)
    for (let p = raw.take_memory(size); p !== 0; p = raw.take_memory(size)) taken.push(p)
  return () => {
    for (const p of taken.splice(0)) raw.give_memory(p)
  }
}

/** Calls `f` while all but `size` bytes of wasm memory are taken. */
export function withFreeMemory(size: number, f: () => void): void {
  const reserve = raw.take_memory(size)
  const giveBack = takeMemory(1 << 12)
  try {
    raw.give_memory(reserve)
    f()
  } finally {
    giveBack()
  }
}
