// Types of what maps take and give.

/** Entries for a map: another map, an iterable of `[key, value]`, or a plain object. */
export type HamtInput<V, K extends string = string> =
  Iterable<readonly [K, V]> | { readonly [key: string]: V }

// What `ReadonlyMap` has, under every version of TypeScript.
export type Keys<K extends string = string> = ReturnType<ReadonlyMap<K, unknown>['keys']>
export type Values<V> = ReturnType<ReadonlyMap<string, V>['values']>
export type Entries<V, K extends string = string> = ReturnType<ReadonlyMap<K, V>['entries']>

/**
 * What the compiler names when a type of values is refused, with the fields that are at fault: functions,
 * symbols, and objects that have methods, are no data.
 */
export interface CannotBeStored<V, Field extends string = string> {
  readonly 'a map holds plain data only, unless it has a codec': [V, Field]
}

type Primitive = null | undefined | boolean | number | bigint | string
type Code = symbol | ((...args: never) => unknown) | (abstract new (...args: never) => unknown)

/** `T`, with `never` wherever it is no data. Written so that recursive types end. */
type Data<T> = unknown extends T
  ? T
  : T extends Primitive | Uint8Array
    ? T
    : T extends readonly unknown[]
      ? { readonly [I in number]: Data<T[number]> }
      : T extends Code
        ? never
        : { [P in keyof T]: Data<T[P]> }

/** The names of the fields of `T`, or of the items of a list, that are no data. Not recursive. */
type Fields<T> = FieldsOf<T extends readonly (infer I)[] ? I : T>
type FieldsOf<T> = T extends readonly unknown[]
  ? never
  : T extends object
    ? { [P in keyof T & string]-?: [T[P]] extends [Data<T[P]>] ? never : P }[keyof T & string]
    : never

// In generic code `V` is not known yet, and what depends on it counts as its constraint: a branch that is
// `any` is left out of that, so that the other one counts, which takes everything. Where `V` is known and no
// data, the index is `any`, and gives `CannotBeStored`.
interface Outcomes<V> {
  readonly stored: unknown
  readonly [refused: number]: CannotBeStored<V, Fields<V>>
}
type Refusal = any // eslint-disable-line @typescript-eslint/no-explicit-any

/** Takes everything when values of type `V` are data, or not known yet; else a `CannotBeStored`. */
export type Storing<V> = Outcomes<V>[[V] extends [Data<V>] ? 'stored' : Refusal]

/** As `Storing<W>`; and takes everything when a map holds values of this type already, by a codec. */
export type Replacing<V, W> = Outcomes<W>[[W] extends [V]
  ? 'stored'
  : [W] extends [Data<W>]
    ? 'stored'
    : Refusal]
