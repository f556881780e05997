// Paths inside a value: the containers around an item, the steps that lead to it, and errors that name them.

/** So many arrays and objects may lie within one another; a guard for the stack. */
export const MAX_DEPTH = 1000

/** A step into a container: the index of an item, or the name of a property. */
export type Step = string | number

/** A path as a program spells it: `tags[1].name`, `["a b"]`. The first and last steps of a long one. */
export function formatPath(steps: readonly Step[]): string {
  if (steps.length > 12) return `${formatPath(steps.slice(0, 6))}…${formatPath(steps.slice(-6))}`
  return steps
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      const name = shorten(step)
      return isIdentifier(name) ? `${i ? '.' : ''}${name}` : `[${JSON.stringify(name)}]`
    })
    .join('')
}

/**
 * Whether a name can follow a dot: letters, digits, `_` and `$`, no digit first. Letters without case are
 * left to brackets.
 */
function isIdentifier(name: string): boolean {
  for (let i = 0; i < name.length; ++i) {
    const c = name[i]!
    const isLetter = c === '_' || c === '$' || c.toLowerCase() !== c.toUpperCase()
    if (!isLetter && (i === 0 || c < '0' || c > '9')) return false
  }
  return name !== ''
}

/** A text for an error message: its beginning, if it is long. */
export function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}

const none = {}

/** The way from a value to the item that is being read. Costs nothing but stores while nothing is refused. */
export class Path {
  protected depth = 0
  /** The step that is being taken in each container. */
  protected readonly steps: Step[] = []
  private readonly around: object[] = []
  /** The key of the map under which the value is, when it is known. */
  protected under: string | undefined

  /**
   * Goes into a container. TypeError for a cycle and for nesting beyond the limit. A cycle is found by
   * comparing with one container only, the innermost whose depth is a power of two (Brent's algorithm): O(1),
   * however deep.
   */
  protected enter(container: object): void {
    const { depth, around } = this
    if (depth > 0 && around[depth === 1 ? 0 : 1 << (31 - Math.clz32(depth - 1))] === container)
      this.refuseCycle(container)
    if (depth >= MAX_DEPTH) this.refuse(`more than ${MAX_DEPTH} levels of nesting`)
    around[depth] = container
    this.depth = depth + 1
  }

  protected leave(): void {
    const depth = --this.depth
    this.around[depth] = none
    this.steps[depth] = 0
  }

  /** Back to the start, after an error too. */
  protected restart(): void {
    if (this.depth !== 0) this.depth = this.around.length = this.steps.length = 0
    this.under = undefined
  }

  /** Throws the TypeError that says what the value holds, and where. */
  protected refuse(what: string, depth = this.depth): never {
    throw new TypeError(`a value cannot hold ${what}${this.where(depth)}`)
  }

  protected where(depth = this.depth): string {
    const path = depth > 0 ? `at ${formatPath(this.steps.slice(0, depth))}` : ''
    const key = this.under === undefined ? '' : `under key ${JSON.stringify(shorten(this.under))}`
    return path || key ? ` (${path}${path && key && ', '}${key})` : ''
  }

  private refuseCycle(container: object): never {
    // It may have gone round more than once: up to the first container that comes again.
    const chain = [...this.around.slice(0, this.depth), container]
    const seen = new Set<object>()
    this.refuse(
      'itself (a cycle)',
      chain.findIndex((one) => seen.size === seen.add(one).size),
    )
  }
}
