// Where maps keep their contents, for tests: `young.size` is how many entries a map may have before it moves
// to wasm.
const core: string = '../../../dist/core.js'
type Tell = (value: unknown) => boolean
export const { young, platform, cannotTell } = (await import(core)) as {
  young: { size: number }
  platform: { isProxy: Tell }
  cannotTell: Tell
}

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
