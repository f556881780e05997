// Versions, and what neighbouring ones share.
import type { Answers } from '../app.js'
import { Fold, h, put } from '../dom.js'
import { aloneText, bytesText, grouped, plural, timeText } from '../format.js'
import { local, pagedTable } from '../paged.js'
import type { Opened, Sharing, VersionRow } from '../protocol.js'
import { Figure, section } from './parts.js'

interface SharingInput {
  sharing: Sharing
  opened: Opened
  chosen: number
  /** The version in force at the request, if there is one. */
  inForce: number | undefined
}

export class SharingView {
  readonly #section = section(
    'versions',
    'Versions, and what they share',
    'Each version is a trie. It shares with the version before every node below which nothing changed.',
  )
  readonly element = this.#section.element
  readonly #sentence = h('p', {})
  readonly #nodes = new Figure()
  readonly #bytes = new Figure()
  readonly #fold = new Fold()
  #charts: { destroy(): void }[] = []

  constructor(readonly choose: (version: number) => void) {
    put(this.#section.body, this.#sentence, this.#nodes.element, this.#bytes.element, this.#fold.element)
  }

  draw({ sharing, opened, chosen, inForce }: SharingInput, charts: Answers['versionCharts']): void {
    const { rows } = sharing
    for (const chart of this.#charts) chart.destroy()
    this.#sentence.textContent = sentenceOf(sharing, opened)
    const { taken, all } = nodesOf(rows)
    this.#nodes.describe(
      `Trie nodes of ${plural(rows.length, 'version')}: ${grouped(taken)} of ${grouped(all)} are shared with the version before.`,
      [
        ['accent', 'new in this version'],
        ['shared', 'shared with the version before'],
        ...(inForce === undefined ? [] : ([['cut', 'the request']] as [string, string][])),
      ],
    )
    this.#bytes.describe(`Bytes that each version adds. All together ${bytesText(sharing.bytes)}.`, [
      ['accent', 'bytes that a version adds to a file with the version before'],
    ])
    const request = inForce === undefined ? undefined : inForce + 0.5
    const input = { rows, chosen, request, choose: this.choose }
    this.#charts = [
      charts.drawVersionNodes(this.#nodes.chart, input),
      charts.drawVersionBytes(this.#bytes.chart, input),
    ]
    this.#fold.set('The same as a table', () => {
      const table = versionTable(opened.kind === 'registry', inForce)
      table.show(local(rows))
      return table.element
    })
  }
}

/** Nodes of all versions but the first of the window, and those that are shared with the version before. */
function nodesOf(rows: readonly VersionRow[]): { taken: number; all: number } {
  const later = rows.slice(1)
  const all = later.reduce((sum, row) => sum + row.nodes, 0)
  const fresh = later.reduce((sum, row) => sum + row.newNodes, 0)
  return { taken: all - fresh, all }
}

function sentenceOf({ rows, bytes }: Sharing, opened: Opened): string {
  const { versions } = opened
  const { taken, all } = nodesOf(rows)
  const separate = rows.reduce((sum, row) => sum + row.alone, 0)
  const which =
    rows.length < versions
      ? `Versions ${grouped(rows[0]!.index)} to ${grouped(rows.at(-1)!.index)} of ${grouped(versions)}`
      : `${plural(versions, 'version')}`
  return (
    `${which} in one file: ${bytesText(bytes)}` +
    (rows.length > 1 ? `; ${aloneText(bytes, separate)}.` : '.') +
    (all > 0
      ? ` Of the ${grouped(all)} trie nodes of the later versions, ${grouped(taken)} are shared with the version before.`
      : '')
  )
}

function versionTable(timed: boolean, inForce: number | undefined) {
  return pagedTable<VersionRow>({
    what: 'versions',
    caption: 'Versions',
    columns: [
      { name: 'Version', number: true },
      ...(timed ? [{ name: 'From' }] : []),
      { name: timed ? 'Operators' : 'Entries', number: true },
      { name: 'Changed', number: true },
      { name: 'Nodes', number: true },
      { name: 'New', number: true },
      { name: 'Adds', number: true },
    ],
    cells: (row) => [
      grouped(row.index),
      ...(timed ? [timeText(row.timepoint!)] : []),
      grouped(row.entries),
      grouped(row.changed),
      grouped(row.nodes),
      grouped(row.newNodes),
      `${grouped(row.bytes)} B`,
    ],
    rowClass: ({ index }) => (index === inForce ? 'counts' : undefined),
  })
}
