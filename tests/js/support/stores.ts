// Where maps keep their contents, for tests: `young.size` is how many entries a map may have before it moves to wasm.
const core: string = '../../../dist/core.js'
export const { young } = (await import(core)) as { young: { size: number } }

/** Runs `f` while all maps move to wasm at once. */
export function inWasm<T>(f: () => T): T {
  const { size } = young
  young.size = 0
  try {
    return f()
  } finally {
    young.size = size
  }
}
