// `npm run docs`: the API reference, from the docstrings of the entry points, as static pages in build/api/.
import { join } from 'node:path'
import { Application, ReflectionKind } from 'typedoc'
import { Failure, root, say } from './step.mjs'

const entries = ['index', 'slim', 'verify', 'blocks/index', 'sortition/index', 'devtools']

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

/** Writes the reference to `out` and gives its project; a public name without a docstring, or a link to nowhere, is a failure. */
export async function buildDocs(out = join(root, 'build', 'api')) {
  const app = await Application.bootstrapWithPlugins({
    name: 'hamt-wasm',
    entryPoints: entries.map((entry) => join(root, 'js', `${entry}.ts`)),
    tsconfig: join(root, 'tsconfig.build.json'),
    readme: 'none',
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    hideGenerator: true,
    includeVersion: true,
    githubPages: false,
    sort: ['source-order'],
    validation: { invalidLink: true, notDocumented: false, notExported: true },
    logLevel: 'Warn',
  })
  const complain = (what) => {
    throw new Failure(`The API reference would be incomplete: ${what}`)
  }
  const project = await app.convert()
  if (!project) complain('the sources do not compile')
  app.validate(project)
  const missing = undocumented(project)
  if (missing.length > 0) complain(`no docstring for ${missing.join(', ')}`)
  if (app.logger.hasWarnings()) complain('see the warnings above')
  await app.generateDocs(project, out)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) complain('see above')
  say(`API reference: ${join(out, 'index.html')}`)
  return project
}
