// Where one is in the page: kept in the address after '#', so that a link brings somebody else to the same place.
// Nothing after '#' is ever sent to a server.

export interface Place {
  from?: 'example' | 'made-up' | undefined
  e3Id?: bigint
  operator?: string
  version?: number
}

export function readPlace(hash: string): Place {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const place: Place = {}
  const from = fields.get('from')
  if (from === 'example' || from === 'made-up') place.from = from
  const e3 = fields.get('e3')
  if (e3 && /^0x[0-9a-f]{1,64}$/i.test(e3)) place.e3Id = BigInt(e3)
  const operator = fields.get('operator')
  if (operator && /^0x[0-9a-f]{40}$/i.test(operator)) place.operator = operator.toLowerCase()
  const version = fields.get('version')
  if (version && /^\d{1,9}$/.test(version)) place.version = Number(version)
  return place
}

export function placeHash(place: Place): string {
  const fields = new URLSearchParams()
  if (place.from) fields.set('from', place.from)
  if (place.e3Id !== undefined) fields.set('e3', `0x${place.e3Id.toString(16)}`)
  if (place.operator) fields.set('operator', place.operator)
  if (place.version !== undefined) fields.set('version', String(place.version))
  return `#${fields}`
}
