// The ways in which a value comes into a map, and an error that values throw.
import { Hamt } from 'hamt-wasm'

export class Refused extends Error {}
export function fail(): never {
  throw new Refused()
}

export const insertions: [string, (m: Hamt<unknown>, value: unknown) => Hamt<unknown>][] = [
  ['set', (m, value) => m.set('x', value)],
  ['set over an object', (m, value) => m.set('k2', value)],
  ['update', (m, value) => m.update('k1', () => value)],
  ['a draft', (m, value) => m.withMutations((d) => void d.set('a', 1).set('x', value))],
  ['from', (m, value) => Hamt.from<unknown>([...m, ['x', value]])],
  ['from an object', (m, value) => Hamt.from<unknown>({ ...m.toJSON(), x: value })],
  ['map', (m, value) => m.map((v, k) => (k === 'k1' ? value : v))],
  ['merge', (m, value) => m.merge(Hamt.from<unknown>({ k1: 'other' }), () => value)],
  ['mergeFrom', (m, value) => m.mergeFrom(Hamt.empty(), Hamt.from<unknown>({ k1: 'other' }), () => value)],
]
