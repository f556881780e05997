// Items in groups, by a key that a function gives.
import { callback, iterable, synchronous } from './arguments.js'

/**
 * The items by what `fn` says of them, in their order. TypeError that names `method` when it says a promise.
 * O(n).
 */
export function grouped<T>(
  items: Iterable<T>,
  fn: (item: T, index: number) => string,
  method: string,
): Map<string, T[]> {
  callback(fn, method)
  const groups = new Map<string, T[]>()
  let index = 0
  for (const item of typeof items === 'string' ? items : iterable(items, method, 'items')) {
    const key = synchronous(fn(item, index++), method)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
