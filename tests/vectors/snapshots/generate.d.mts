export interface Parts {
  meta?: number[]
  bases?: number[][]
  tree: number[]
  growth: number[]
  listing?: number[]
  keys: number[][]
  values: number[][]
  /** For each key its changes: [version, code]. */
  histories: [number, number][][]
  raw?: Record<string, number[]>
  counts?: Record<string, number>
  end?: number[]
}
export function encode(parts: Parts): Uint8Array
export function checksum(bytes: Iterable<number>): number[]
export function star(n: number): Uint8Array
export const good: Record<string, Parts>
export const hostile: Record<string, Uint8Array>
