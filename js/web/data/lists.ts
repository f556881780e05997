// Pages of long lists: which rows a search keeps, and those of one page made ready for the page to show.
import { mostRows, type Page, type Query } from '../protocol.js'

/** A list as it is kept; rows are made of its items only for the page that is asked for. */
export interface Listing<Item, Row> {
  items: ArrayLike<Item>
  row(item: Item, index: number): Row
  /** The text that a search for `wanted`, in lower case, looks in; a list without it has no search. */
  text?(item: Item, index: number, wanted: string): string
}

/** One page. O(items) with a search, O(rows) without. */
export function pageOf<Item, Row>(list: Listing<Item, Row>, query: Query): Page<Row> {
  const { items } = list
  const count = Math.min(query.count, mostRows)
  const total = items.length
  const wanted = query.search.trim().toLowerCase()
  const rows: Row[] = []
  if (wanted === '' || !list.text) {
    for (let i = query.from; i < Math.min(total, query.from + count); ++i) rows.push(list.row(items[i]!, i))
    return { rows, total, matching: total }
  }
  let matching = 0
  for (let i = 0; i < total; ++i) {
    if (!list.text(items[i]!, i, wanted).toLowerCase().includes(wanted)) continue
    if (matching >= query.from && rows.length < count) rows.push(list.row(items[i]!, i))
    ++matching
  }
  return { rows, total, matching }
}

/** A list of any kind: what is made of its items is known where it is asked for. */
export type AnyListing = Listing<unknown, unknown>
