// Validation of options and other records of callers.

/**
 * The options that a caller gives: a copy of their own properties, or none. What `Object.prototype` was given
 * by others is no option. O(properties); getters are called once.
 */
export function given<T extends object>(options: T | undefined): Partial<T> {
  return { __proto__: null, ...options } as unknown as Partial<T>
}
