// Form of documents: the width of prose, and links, which lead to files and headings that are there and
// packed.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { documents, root } from './support/documents.js'

interface Link {
  document: string
  /** Path from the root, without what follows `#`. */
  target: string
  heading: string
}

const withoutCode = (text: string) => text.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')

function linksOf(document: string): Link[] {
  const text = withoutCode(readFileSync(join(root, document), 'utf8'))
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path, heading = ''] = link.split('#')
      return { document, target: path ? normalize(join(dirname(document), path)) : document, heading }
    })
}

/** The headings of a document, as they are named in links. */
function headingsOf(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[^]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

const links = documents.flatMap(linksOf)
const shown = ({ document, target, heading }: Link) => `${document}: ${target}#${heading}`

test('every link leads to a file, and to a heading of it', () => {
  expect(links.length).toBeGreaterThan(20)
  const broken = links.filter(
    ({ target, heading }) =>
      !existsSync(join(root, target)) || (heading !== '' && !headingsOf(target).includes(heading)),
  )
  expect(broken.map(shown)).toEqual([])
})

test('what a packed document links to is packed', () => {
  const report = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const packed = new Set((JSON.parse(report)[0].files as { path: string }[]).map(({ path }) => path))
  for (const document of ['README.md', 'SECURITY.md', 'CHANGELOG.md']) expect(packed).toContain(document)
  const broken = links.filter(({ document, target }) => packed.has(document) && !packed.has(target))
  expect(broken.map(shown)).toEqual([])
})

test('prose is at most 110 columns wide', () => {
  const long = documents
    .filter((document) => !/^bench|^THIRD-PARTY/.test(document)) // written by programs, and licences
    .flatMap((document) =>
      readFileSync(join(root, document), 'utf8')
        .replace(/^```[^]*?^```$/gm, '')
        .split('\n')
        .filter((line) => line.length > 110 && !/^[|#]/.test(line))
        .map((line) => `${document}: ${line}`),
    )
  expect(long).toEqual([])
})

test('no sentence is cut where Markdown takes its next word for an item of a list', () => {
  const isItem = (line: string) => /^ *(?:[-*+]|\d+[.)]) /.test(line)
  const cut = documents.flatMap((document) => {
    const lines = withoutCode(readFileSync(join(root, document), 'utf8')).split('\n')
    return lines
      .filter((line, i) => isItem(line) && /^\w/.test(lines[i - 1] ?? '') && !isItem(lines[i - 1]!))
      .map((line) => `${document}: ${line}`)
  })
  expect(cut).toEqual([])
})
