// `npm run docs`: the documents and the API reference as one static site in build/site/, which opens from
// disk.
import { join } from 'node:path'
import { Application, Comment, CommentTag, Converter, IndexEvent, PageEvent, ReflectionKind } from 'typedoc'
import { addExamples } from './docs-examples.mjs'
import { accessible, openableFromDisk, unfolded, withShortCode } from './docs-page.mjs'
import { buildPlayground, buildPlaygroundScript } from './docs-playground.mjs'
import { searchOfSections } from './docs-search.mjs'
import { Failure, root, say } from './step.mjs'

const entries = ['index', 'slim', 'verify', 'blocks/index', 'sortition/index', 'devtools']

/** The documents of the site, by the headings of its navigation. */
const pages = {
  Guide: [
    'js/docs/guide.md',
    'js/map/VALUES.md',
    'js/docs/history.md',
    'js/docs/proofs.md',
    'js/blocks/README.md',
    'js/docs/sortition.md',
    'js/sortition/EVIDENCE.md',
    'js/docs/faq.md',
    'js/docs/playground.md',
  ],
  Recipes: [
    'js/docs/react.md',
    'js/docs/workers.md',
    'js/docs/next.md',
    'js/docs/cloudflare.md',
    'js/docs/node.md',
    'js/docs/environments.md',
    'js/docs/bundlers.md',
    'js/docs/migration.md',
    'cpp/README.md',
  ],
  Formats: ['cpp/snapshot/FORMAT.md', 'cpp/digest/DIGEST.md', 'cpp/blocks/BLOCKS.md'],
  Project: [
    'js/docs/compared.md',
    'bench/README.md',
    'wasm-build/SIZE.md',
    'cpp/trie/DESIGN.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
  ],
}
const reference = 'API reference'

/** What a reader meets by name. Not the fields of types without a name, such as those inside an ABI. */
const named =
  ReflectionKind.ClassOrInterface |
  ReflectionKind.TypeAlias |
  ReflectionKind.FunctionOrMethod |
  ReflectionKind.Variable |
  ReflectionKind.Property |
  ReflectionKind.Accessor

function isDocumented(reflection) {
  const told = (r) => r?.hasComment() === true
  return (
    told(reflection) ||
    [...(reflection.signatures ?? []), reflection.getSignature].some(told) ||
    [...(reflection.type?.declaration?.signatures ?? [])].some(told)
  )
}

/** Full names of what has no docstring. */
function undocumented(project) {
  return Object.values(project.reflections)
    .filter((r) => r.kindOf(named) && !r.parent?.kindOf(ReflectionKind.TypeLiteral) && !isDocumented(r))
    .map((r) => r.getFullName())
}

/** The heading of the navigation under which a document is listed, from its path without an ending. */
function headingOf(path) {
  return Object.keys(pages).find((heading) => pages[heading].includes(`${path}.md`))
}

/** Gives a document the title that its first line has, and its position in the navigation. */
function nameDocument(_context, document) {
  const [first] = document.content
  const [line, title] = /^# (.*)\n/.exec(first.text)
  const heading = headingOf(document.name)
  first.text = first.text.slice(line.length)
  document.name = title
  document.comment = new Comment([], [new CommentTag('@category', [{ kind: 'text', text: heading }])])
}

/** What typedoc is told; `script` runs on every page. */
function optionsWith(script) {
  return {
    name: 'hamt-wasm docs',
    entryPoints: entries.map((entry) => join(root, 'js', `${entry}.ts`)),
    tsconfig: join(root, 'tsconfig.build.json'),
    readme: join(root, 'README.md'),
    projectDocuments: Object.values(pages)
      .flat()
      .map((path) => join(root, path)),
    categoryOrder: [...Object.keys(pages), reference],
    defaultCategory: reference,
    categorizeByGroup: false,
    navigation: { includeCategories: true, includeGroups: false },
    navigationLeaves: entries.map((entry) => `hamt-wasm/${entry}`.replace(/\/index$/, '')),
    headings: { readme: false, document: true },
    highlightLanguages: ['cpp', 'json', 'sh', 'ts', 'tsx'],
    customJs: script,
    customCss: join(root, 'js', 'docs', 'site.css'),
    searchInDocuments: true,
    searchInComments: true,
    searchCategoryBoosts: { Guide: 30, Recipes: 25 },
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    hideGenerator: true,
    includeVersion: true,
    githubPages: false,
    sort: ['source-order'],
    // What refuses values that are no data; what a platform calls URL, Response and WebAssembly.Module.
    intentionallyNotExported: [
      'js/map/types.ts:Storing',
      'js/map/types.ts:Replacing',
      'js/wasm/platform.ts:Url',
      'js/wasm/platform.ts:HttpResponse',
      'js/wasm/platform.ts:WasmModule',
    ],
    validation: { invalidLink: true, invalidPath: true, notDocumented: false, notExported: true },
    logLevel: 'Warn',
  }
}

/**
 * Writes the site to `out` and gives its project; a public name without a docstring or an example, or a link
 * to nowhere, is a failure.
 */
export async function buildDocs(out = join(root, 'build', 'site')) {
  const script = join(root, 'build', 'playground.js')
  await buildPlaygroundScript(script)
  const app = await Application.bootstrapWithPlugins(optionsWith(script))
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, nameDocument)
  const search = searchOfSections()
  app.renderer.on(IndexEvent.PREPARE_INDEX, search.prepare)
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = unfolded(withShortCode(openableFromDisk(accessible(page.contents))), ['Guide', 'Recipes'])
  })
  const complain = (what) => {
    throw new Failure(`The site would be incomplete: ${what}`)
  }
  const project = await app.convert()
  if (!project) complain('the sources do not compile')
  app.validate(project)
  const missing = undocumented(project)
  if (missing.length > 0) complain(`no docstring for ${missing.join(', ')}`)
  const examples = addExamples(project)
  if (examples.missing.length > 0)
    complain(`js/docs/examples has no example for ${examples.missing.join(', ')}`)
  if (examples.unknown.length > 0)
    complain(`js/docs/examples has examples for what is not public: ${examples.unknown.join(', ')}`)
  if (app.logger.hasWarnings()) complain('see the warnings above')
  await app.generateDocs(project, out)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) complain('see above')
  search.finish(out)
  await buildPlayground(join(out, 'assets'))
  say(`The site: ${join(out, 'index.html')}`)
  return project
}
