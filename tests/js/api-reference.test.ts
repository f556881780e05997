// The site, made as `npm run docs` makes it: its reference is complete and about what a user can import, and
// its links lead somewhere.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as main from 'hamt-wasm'
import * as slim from 'hamt-wasm/slim'
import * as sortition from 'hamt-wasm/sortition'
import * as verify from 'hamt-wasm/verify'

interface Reflection {
  name: string
  children?: Reflection[]
  signatures?: { comment?: { summary: { text: string }[] } }[]
  kindOf(kinds: number): boolean
}

const root = fileURLToPath(new URL('../..', import.meta.url))
let out: string
let project: Reflection

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'hamt-site-'))
  // A name held in a variable: the builder is plain JavaScript without types.
  const builder = join(root, 'wasm-build/docs.mjs')
  const { buildDocs } = (await import(builder)) as { buildDocs(out: string): Promise<Reflection> }
  project = await buildDocs(out)
}, 120_000)

afterAll(() => rmSync(out, { recursive: true, force: true }))

/** What js/sortition/index.ts exports for the command line and the page only. */
const internal = new Set(
  [
    ...readFileSync(join(root, 'js/sortition/index.ts'), 'utf8').matchAll(
      /@internal[^]*?export \{([^}]*)\}/g,
    ),
  ].flatMap(([, names]) => names!.split(',').map((name) => name.trim())),
)

test.each([
  ['hamt-wasm', main],
  ['hamt-wasm/slim', slim],
  ['hamt-wasm/verify', verify],
  ['hamt-wasm/sortition', sortition],
])('%s: everything that can be imported is there', (name, entry) => {
  const module = project.children!.find((child) => child.name === name)!
  const listed = module.children!.map((child) => child.name)
  const exported = Object.keys(entry).filter((key) => !internal.has(key))
  expect(exported.length).toBeGreaterThan(0)
  expect(listed).toEqual(expect.arrayContaining(exported))
})

test('every method of a map is described, and nothing of what is internal is there', () => {
  const entry = project.children!.find((child) => child.name === 'hamt-wasm')!
  const { children } = entry.children!.find((child) => child.name === 'Hamt')!
  const described = children!.filter(({ name, signatures }) => signatures && !name.startsWith('['))
  expect(described.length).toBeGreaterThan(20)
  for (const { name, signatures } of described) {
    const text = signatures!
      .flatMap(({ comment }) => comment?.summary.map((part) => part.text) ?? [])
      .join('')
    expect(`${name}: ${text}`).toMatch(/: \S.{10}/)
  }
  const source = readFileSync(join(root, 'js/map/hamt.ts'), 'utf8')
  const hidden = [...source.matchAll(/@internal[^\n]*\*\/\n {2}(?:readonly )?(\w+)/g)].map(([, name]) => name)
  expect(hidden).toContain('uncloneable')
  for (const name of hidden) expect(children!.map((child) => child.name)).not.toContain(name)
})

const idsIn = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!))

test('every link and every file of every page is there', () => {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  )
  const pages = new Map(files.map((name) => [join(out, name), readFileSync(join(out, name), 'utf8')]))
  const icons = idsIn(readFileSync(join(out, 'assets/icons.js'), 'utf8')) // put into each page
  const ids = new Map([...pages].map(([file, html]) => [file, new Set([...idsIn(html), ...icons])]))
  const broken: string[] = []
  let count = 0
  for (const [file, html] of pages) {
    for (const [, link] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(link!)) continue
      count++
      const [path, id] = link!.replaceAll('&amp;', '&').split('#').map(decodeURIComponent)
      const target = path ? join(dirname(file), path.replace(/\?.*/, '')) : file
      const isThere = existsSync(target) && statSync(target).isFile()
      if (!isThere || (id && ids.has(target) && !ids.get(target)!.has(id)))
        broken.push(`${relative(out, file)}: ${link}`)
    }
  }
  expect(broken).toEqual([])
  expect(count).toBeGreaterThan(1000)
})
