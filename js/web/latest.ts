// A value that was computed from some inputs, kept until it is wanted for others.

/**
 * `compute`, remembering its last result: called again with the same inputs (compared with `Object.is`) it
 * costs nothing.
 */
export function latest<Inputs extends readonly unknown[], Result>(
  compute: (...inputs: Inputs) => Result,
): (...inputs: Inputs) => Result {
  let last: { inputs: Inputs; result: Result } | undefined
  return (...inputs) => {
    if (!last || !sameInputs(last.inputs, inputs)) last = { inputs, result: compute(...inputs) }
    return last.result
  }
}

export function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, i) => Object.is(each, b[i]))
}
