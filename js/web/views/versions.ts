// The versions of the registry, what each adds, and the trie of one of them.
import type { Chart, Charts } from '../charts.js'
import { fold, h, put, s, table } from '../dom.js'
import type { RequestSummary, TriePicture, VersionRow, Versions } from '../protocol.js'
import { bytesText, grouped, plural, shortAddress, timeText } from '../text.js'
import { type Actions, figure, operator } from './common.js'

/** The version in force when a request was made: the last before its second. */
export function versionBefore(rows: VersionRow[], time: number): VersionRow | undefined {
  return rows.findLast((row) => row.timepoint < time)
}

export function versions(
  body: HTMLElement,
  { rows, of, together }: Versions,
  request: RequestSummary | undefined,
  chosen: number | undefined,
  charts: Charts,
  choose: (index: number) => void,
): { destroy(): void } {
  if (rows.length === 0) {
    put(body, h('p', {}, 'There are no versions yet.'))
    return { destroy: () => undefined }
  }
  const inForce = request && versionBefore(rows, request.time)
  const separate = rows.reduce((sum, row) => sum + row.alone, 0)
  const later = rows.slice(1).filter((row) => row.nodes > 0)
  const fresh = later.reduce((sum, row) => sum + row.newNodes, 0)
  const all = later.reduce((sum, row) => sum + row.nodes, 0)
  const nodes = figure(
    `Trie nodes of ${plural(rows.length, 'version')}: ${grouped(all - fresh)} of ${grouped(all)} are taken over from the version before.`,
    [
      ['accent', 'new in this version'],
      ['shared', 'taken over from the one before'],
      ...(inForce ? ([['cut', 'the request']] as [string, string][]) : []),
    ],
  )
  const bytes = figure(`Bytes that each version adds to a file. All together ${bytesText(together)}.`, [
    ['accent', 'bytes that a version adds to a file with the one before'],
  ])
  put(
    body,
    h(
      'p',
      {},
      `${rows.length < of ? `${plural(rows.length, 'version')} of ${grouped(of)}` : `All ${plural(of, 'version')}`} in one file take ${bytesText(together)}; ` +
        `each in a file of its own, they take ${bytesText(separate)}. Of the nodes of their tries, ${grouped(all - fresh)} in ${grouped(all)} are those of the version before.`,
    ),
    nodes.whole,
    bytes.whole,
    fold(
      'The same as a table',
      table(
        'Versions',
        [
          { name: 'Version', number: true },
          { name: 'From' },
          { name: 'Operators', number: true },
          { name: 'Changed', number: true },
          { name: 'Nodes', number: true },
          { name: 'New', number: true },
          { name: 'Adds', number: true },
        ],
        rows.map((row) => [
          grouped(row.index),
          timeText(row.timepoint),
          grouped(row.operators),
          grouped(row.changed),
          grouped(row.nodes),
          grouped(row.newNodes),
          `${grouped(row.bytes)} B`,
        ]),
        (i) => (rows[i] === inForce ? 'counts' : undefined),
      ),
    ),
  )
  const input = { rows, chosen, request: inForce && inForce.index + 0.5, choose }
  const drawn: Chart[] = [
    charts.drawVersionNodes(nodes.place, input),
    charts.drawVersionBytes(bytes.place, input),
  ]
  return { destroy: () => drawn.forEach((chart) => chart.destroy()) }
}

export function versionPicker(
  rows: VersionRow[],
  of: number,
  chosen: number,
  choose: (index: number) => void,
): HTMLElement {
  const row = rows.find((each) => each.index === chosen)
  const input = h('input', {
    type: 'range',
    id: 'version-pick',
    min: rows[0]!.index,
    max: rows.at(-1)!.index,
    step: 1,
    value: chosen,
    'aria-valuetext': `version ${chosen} of ${of}`,
    oninput: () => choose(Number(input.value)),
  })
  input.min = String(rows[0]!.index)
  input.max = String(rows.at(-1)!.index)
  input.value = String(chosen)
  return h(
    'p',
    { className: 'pick range' },
    h(
      'label',
      { for: 'version-pick' },
      'Version ',
      h('output', { for: 'version-pick', id: 'version-now' }, String(chosen)),
    ),
    input,
    h('span', { className: 'about' }, row ? `from ${timeText(row.timepoint)} on` : ''),
  )
}

const levelHeight = 30
const gap = 2

/** The trie as an icicle: under each node, the entries that it holds and the nodes beneath it; each column an operator. */
export function trie(body: HTMLElement, picture: TriePicture, actions: Actions): void {
  const { nodes, entries, removed, counted } = picture
  const changes = entries.filter((entry) => entry.change !== 'same')
  const isFirst = counted.newNodes === counted.nodes
  const shared = counted.nodes - counted.newNodes
  const what = changes
    .map((entry) => `${shortAddress(entry.key)} ${entry.change}`)
    .concat(removed.map((key) => `${shortAddress(key)} removed`))
  const sentence =
    counted.nodes === 0
      ? 'No operator is known yet: the trie is empty.'
      : `${plural(counted.nodes, 'node')} ${counted.nodes === 1 ? 'holds' : 'hold'} ${plural(entries.length, 'operator')}; ` +
        (isFirst
          ? 'all of them are new'
          : `${grouped(counted.newNodes)} ${counted.newNodes === 1 ? 'is' : 'are'} new, ${grouped(shared)} taken over`) +
        (what.length > 0
          ? `: ${what.slice(0, 4).join(', ')}${what.length > 4 ? ` and ${what.length - 4} more` : ''}.`
          : '.')
  const { whole, place } = figure(`The trie of version ${picture.index}. ${sentence}`, [
    ['accent', 'new node'],
    ['shared', 'node taken over'],
    ['entry-changed', 'operator that changed'],
    ['entry', 'operator as before'],
  ])
  place.append(...drawTrie(picture))
  put(
    body,
    h('p', {}, sentence),
    entries.length > 0 && whole,
    entries.length > 0 &&
      fold(
        'The same as a table',
        table(
          'Nodes of the trie',
          [{ name: 'Level', number: true }, { name: 'Operators beneath', number: true }, { name: 'New' }],
          nodes
            .slice(0, 200)
            .map((node) => [String(node.depth), grouped(node.size), node.isNew ? 'new' : 'taken over']),
        ),
        table(
          'Operators in the order of the trie',
          [{ name: 'Operator' }, { name: 'Level', number: true }, { name: 'Change' }],
          entries
            .slice(0, 200)
            .map((entry) => [
              operator(entry.key, actions),
              String(entry.depth),
              entry.change === 'same' ? 'as before' : entry.change,
            ]),
        ),
        (nodes.length > 200 || entries.length > 200) &&
          h('p', { className: 'about' }, 'Each list ends after 200 rows.'),
      ),
  )
}

function drawTrie({ nodes, entries }: TriePicture): Element[] {
  if (entries.length === 0) return []
  const levels = Math.max(...entries.map((entry) => entry.depth)) + 2
  const width = 1000
  const column = width / entries.length
  // What would be a fraction of a pixel is drawn a pixel wide, new things over old ones.
  const span = (from: number, size: number) => {
    const inset = Math.min(gap, (column * size) / 6)
    return { x: from * column + inset, width: Math.max(1.5, column * size - 2 * inset) }
  }
  const shapes: { isNew: boolean; element: SVGElement }[] = []
  for (const node of nodes) {
    const { x, width } = span(node.from, node.size)
    const box = s('rect', {
      class: node.isNew ? 'node new' : 'node',
      x,
      y: node.depth * levelHeight,
      width,
      height: levelHeight - 5,
      rx: Math.min(4, width / 3),
    })
    box.append(
      s(
        'title',
        {},
        `${node.depth === 0 ? 'root' : `level ${node.depth}`}: ${plural(node.size, 'operator')} beneath, ${node.isNew ? 'new' : 'taken over'}`,
      ),
    )
    shapes.push({ isNew: node.isNew, element: box })
  }
  entries.forEach((entry, i) => {
    const { x, width } = span(i, 1)
    const cell = s('rect', {
      class: entry.change === 'same' ? 'entry' : 'entry changed',
      x,
      y: (entry.depth + 1) * levelHeight,
      width,
      height: 12,
      rx: Math.min(3, width / 3),
    })
    cell.append(s('title', {}, `${entry.key}, ${entry.change === 'same' ? 'as before' : entry.change}`))
    shapes.push({ isNew: entry.change !== 'same', element: cell })
  })
  const svg = s(
    'svg',
    {
      class: 'trie',
      viewBox: `0 0 ${width} ${levels * levelHeight - 12}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    shapes.sort((a, b) => Number(a.isNew) - Number(b.isNew)).map((shape) => shape.element),
  )
  svg.setAttribute('height', String(levels * levelHeight - 12))
  return [svg]
}
