// What the page shows, as kept in the address after '#': a link opens the same view. Nothing after '#' is
// sent to a server.

/** Data that the page brings along. */
export type Bundled = 'example' | 'newer' | 'sample'
const bundled: readonly string[] = ['example', 'newer', 'sample'] satisfies Bundled[]

export interface Route {
  from?: Bundled | undefined
  e3Id?: bigint | undefined
  operator?: string | undefined
  version?: number | undefined
}

/** Reads an address; what is malformed is left out. */
export function readRoute(hash: string): Route {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const route: Route = {}
  const from = fields.get('from') ?? ''
  if (bundled.includes(from)) route.from = from as Bundled
  const e3 = fields.get('e3')
  if (e3 && /^0x[0-9a-f]{1,64}$/i.test(e3)) route.e3Id = BigInt(e3)
  const operator = fields.get('operator')
  if (operator && /^0x[0-9a-f]{40}$/i.test(operator)) route.operator = operator.toLowerCase()
  const version = fields.get('version')
  if (version && /^\d{1,9}$/.test(version)) route.version = Number(version)
  return route
}

export function routeHash({ from, e3Id, operator, version }: Route): string {
  const fields = new URLSearchParams()
  if (from) fields.set('from', from)
  if (e3Id !== undefined) fields.set('e3', `0x${e3Id.toString(16)}`)
  if (operator) fields.set('operator', operator)
  if (version !== undefined) fields.set('version', String(version))
  return `#${fields}`
}
