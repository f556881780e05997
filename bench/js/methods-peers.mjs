// The methods that bench/js/methods.mjs compares: of hamt-wasm, and in each peer its own method or what its
// users write instead.
import { Hamt } from 'hamt-wasm'
import * as effect from 'effect'
import hamt from 'hamt_plus'
import * as Immutable from 'immutable'

const { HashMap, Option } = effect

/** Items by key, for libraries that have no `groupBy`. */
function groupsOf(items, fn) {
  const groups = new Map()
  for (const item of items) {
    const key = fn(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** Numbers of items by key, for libraries that have no `countBy`. */
function countsOf(items, fn) {
  const counts = new Map()
  for (const item of items) {
    const key = fn(item)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

const hamtWasm = {
  from: (entries) => Hamt.from(entries),
  set: (m, k, v) => m.set(k, v),
  size: (m) => m.size,
  getMany: (m, keys) => m.getMany(keys),
  setMany: (m, entries) => m.setMany(entries),
  deleteMany: (m, keys) => m.deleteMany(keys),
  mergeWith: (m, other, fn) => m.mergeWith(other, fn),
  intersect: (m, other) => m.intersect(other),
  without: (m, other) => m.without(other),
  updateIfPresent: (m, k, fn) => m.updateIfPresent(k, fn),
  some: (m, fn) => m.some(fn),
  every: (m, fn) => m.every(fn),
  find: (m, fn) => m.find(fn),
  hashCode: (m) => m.hashCode(),
  toMap: (m) => m.toMap(),
  groupBy: (items, fn) => Hamt.groupBy(items, fn),
  countBy: (items, fn) => Hamt.countBy(items, fn),
  draft(m, entries) {
    const draft = m.asMutable()
    for (const [k, v] of entries) draft.set(k, v)
    return draft.asImmutable()
  },
}

const immutable = {
  from: (entries) => Immutable.Map(entries),
  set: (m, k, v) => m.set(k, v),
  size: (m) => m.size,
  getMany: (m, keys) => keys.map((k) => m.get(k)),
  setMany: (m, entries) => m.merge(entries),
  deleteMany: (m, keys) => m.deleteAll(keys),
  mergeWith: (m, other, fn) => m.mergeWith(fn, other),
  intersect: (m, other) => m.filter((_, k) => other.has(k)),
  without: (m, other) => m.filterNot((_, k) => other.has(k)),
  updateIfPresent: (m, k, fn) => (m.has(k) ? m.update(k, fn) : m),
  some: (m, fn) => m.some(fn),
  every: (m, fn) => m.every(fn),
  find: (m, fn) => m.find(fn),
  hashCode: (m) => m.hashCode(),
  toMap: (m) => new Map(m),
  groupBy: (items, fn) => Immutable.Seq(items).groupBy(fn),
  countBy: (items, fn) => Immutable.Seq(items).countBy(fn),
  draft(m, entries) {
    const draft = m.asMutable()
    for (const [k, v] of entries) draft.set(k, v)
    return draft.asImmutable()
  },
}

/** The entries of a map whose keys are in another, or are not. */
function selected(m, other, isWanted) {
  return hamt.mutate((draft) => {
    for (const k of hamt.keys(m)) if (hamt.has(k, other) !== isWanted) hamt.remove(k, draft)
  }, m)
}

/** The first value of a map of hamt_plus for which `fn` says true. */
function firstOf(m, fn) {
  for (const [k, v] of hamt.entries(m)) if (fn(v, k)) return v
  return undefined
}

const fromGroups = (groups) =>
  hamt.mutate((draft) => groups.forEach((v, k) => hamt.set(k, v, draft)), hamt.empty)

// hamt_plus has no hash of a map.
const hamtPlus = {
  from: (entries) => hamt.mutate((draft) => entries.forEach(([k, v]) => hamt.set(k, v, draft)), hamt.empty),
  set: (m, k, v) => hamt.set(k, v, m),
  size: (m) => hamt.count(m),
  getMany: (m, keys) => keys.map((k) => hamt.get(k, m)),
  setMany: (m, entries) => hamt.mutate((draft) => entries.forEach(([k, v]) => hamt.set(k, v, draft)), m),
  deleteMany: (m, keys) => hamt.mutate((draft) => keys.forEach((k) => hamt.remove(k, draft)), m),
  mergeWith: (m, other, fn) =>
    hamt.mutate((draft) => {
      for (const [k, theirs] of hamt.entries(other))
        hamt.set(k, hamt.has(k, draft) ? fn(hamt.get(k, draft), theirs, k) : theirs, draft)
    }, m),
  intersect: (m, other) => selected(m, other, true),
  without: (m, other) => selected(m, other, false),
  updateIfPresent: (m, k, fn) => (hamt.has(k, m) ? hamt.modify(fn, k, m) : m),
  some: (m, fn) => firstOf(m, fn) !== undefined,
  every: (m, fn) => firstOf(m, (v, k) => !fn(v, k)) === undefined,
  find: firstOf,
  toMap: (m) => new Map(hamt.entries(m)),
  groupBy: (items, fn) => fromGroups(groupsOf(items, fn)),
  countBy: (items, fn) => fromGroups(countsOf(items, fn)),
  draft(m, entries) {
    const draft = hamt.beginMutation(m)
    for (const [k, v] of entries) hamt.set(k, v, draft)
    return hamt.endMutation(draft)
  },
}

const effectMap = {
  from: (entries) => HashMap.fromIterable(entries),
  set: (m, k, v) => HashMap.set(m, k, v),
  size: (m) => HashMap.size(m),
  getMany: (m, keys) => keys.map((k) => Option.getOrUndefined(HashMap.get(m, k))),
  setMany: (m, entries) => HashMap.setMany(m, entries),
  deleteMany: (m, keys) => HashMap.removeMany(m, keys),
  mergeWith: (m, other, fn) =>
    HashMap.mutate(m, (draft) => {
      for (const [k, theirs] of other)
        HashMap.modifyAt(draft, k, (ours) =>
          Option.some(Option.isSome(ours) ? fn(ours.value, theirs, k) : theirs),
        )
    }),
  intersect: (m, other) => HashMap.filter(m, (_, k) => HashMap.has(other, k)),
  without: (m, other) => HashMap.filter(m, (_, k) => !HashMap.has(other, k)),
  updateIfPresent: (m, k, fn) => HashMap.modify(m, k, fn),
  some: (m, fn) => HashMap.some(m, fn),
  every: (m, fn) => HashMap.every(m, fn),
  find: (m, fn) => Option.getOrUndefined(Option.map(HashMap.findFirst(m, fn), ([, v]) => v)),
  hashCode: (m) => effect.Hash.hash(m),
  toMap: (m) => new Map(m),
  groupBy: (items, fn) => HashMap.fromIterable(Object.entries(effect.Array.groupBy(items, fn))),
  countBy: (items, fn) => HashMap.fromIterable(countsOf(items, fn)),
  draft(m, entries) {
    const draft = HashMap.beginMutation(m)
    for (const [k, v] of entries) HashMap.set(draft, k, v)
    return HashMap.endMutation(draft)
  },
}

/** Each library's way to do what a method of hamt-wasm does; without an entry where there is none. */
export const libraries = [
  ['hamt-wasm', hamtWasm],
  ['immutable', immutable],
  ['hamt_plus', hamtPlus],
  ['effect', effectMap],
].map(([name, methods]) => ({ name, ...methods }))
