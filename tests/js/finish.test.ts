// wasm-build/finish.mjs, which renames variables of minified files: programs do what they did before, and
// source maps lead to where they led before.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { SourceMap } from 'node:module'
import { transform } from 'esbuild'

const build: string = '../../wasm-build/finish.mjs'
const { finish } = (await import(build)) as {
  finish: (file: string, sourceType: 'module' | 'script') => void
}

/** A program, minified, before and after; and what leads from either to its source. */
async function finished(source: string) {
  const dir = mkdtempSync(join(tmpdir(), 'hamt-finish-'))
  try {
    const file = join(dir, 'file.js')
    const { code, map } = await transform(source, { minify: true, sourcemap: true, sourcefile: 'source.js' })
    writeFileSync(file, code)
    writeFileSync(`${file}.map`, map)
    finish(file, 'script')
    return {
      before: { code, map: new SourceMap(JSON.parse(map)) },
      after: {
        code: readFileSync(file, 'utf8'),
        map: new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))),
      },
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const programs: Record<string, string> = {
  'inner functions that use outer variables, and some that do not': `
    function outer(first, second) {
      const inner = (third) => [first, third]
      const alone = (fourth, fifth) => fourth - fifth
      return [...inner(second), alone(first, second), ((x) => (y) => (z) => [x, y, z, first])(1)(2)(3)]
    }
    result = outer(5, 3)`,
  'names of properties that are names of variables': `
    const swap = ({ e, t, n = e, ...r }) => { const o = [e, t, n]; return { o, e: t, t: e, r, n } }
    let { e: i } = { e: 1 }; let a
    ;({ a = i } = {})
    result = [swap({ e: 1, t: 2, x: 3 }), a]`,
  'variables of errors, of loops, of branches': `
    function risky(all) {
      const found = []
      for (const item of all) { for (let i = 0; i < 2; ++i) found.push(() => item + i) }
      try { throw new Error('e') } catch (error) { let second = 1; const third = error.message; found.push(() => third + second) }
      try { throw { cause: 7, message: 2 } } catch ({ cause, message }) { let second = message; found.push(() => second) }
      try { throw 2 } catch { var late = 3 }
      switch (late) { case 3: { let x = late; found.push(() => x) } }
      return found.map((f) => f())
    }
    result = risky([10, 20])`,
  'arguments, default parameters, names of function expressions': `
    function f(a, b = a, c = () => a + b) { return [arguments.length, c(), (function g(n) { return n ? n * g(n - 1) : 1 })(5)] }
    result = [f(1), f(1, 2), f(1, 2, () => globalThis.undefinedName === undefined)]`,
  'classes, with private and static members, and in functions': `
    class Hamt { #e = 1; static t = (r) => new Hamt(r); static { this.s = 4 } constructor(e) { this.v = e } get e() { return this.#e + this.v } async n(t) { return t } *g(e) { yield e; yield Hamt.s } }
    const make = (base, n) => { class Inner extends base { constructor(t) { super(t); this.m = n } me() { return Inner === this.constructor } } return new Inner(n) }
    result = [Hamt.name, Hamt.t(4).e, [...new Hamt(1).g(2)], make(Hamt, 3).me(), make(Hamt, 3).m]`,
}

for (const [what, source] of Object.entries(programs))
  test(what, async () => {
    const { before, after } = await finished(source)
    const run = (code: string): unknown => {
      const context: { result?: unknown } = {}
      runInNewContext(code, context)
      return JSON.parse(JSON.stringify(context.result))
    }
    const expected = run(source)
    expect(expected).toBeDefined()
    expect(run(after.code)).toEqual(expected)

    // Whatever is no name, a number or a keyword, is where it was in the source.
    const origins = ({ code, map }: typeof after) =>
      code.split('\n').flatMap((text, line) =>
        [
          ...text.matchAll(/(?<![\w#$.])(?:\d+|"\w+"|this|super|return|function|class|static|get|async)\b/g),
        ].map((match) => {
          const entry = map.findEntry(line, match.index)
          return [match[0], 'originalLine' in entry ? [entry.originalLine, entry.originalColumn] : []]
        }),
      )
    expect(origins(after).length).toBeGreaterThan(3)
    expect(origins(after)).toEqual(origins(before))
  })

test('parameters are called alike; public classes as in the source; functions begin lines', async () => {
  const source = `
    export const seen = []
    function add(first, second) { return seen.push((third) => third + 1, (fourth, fifth) => fourth + fifth, first, second) }
    class SnapshotError extends Error { explain(text) { return text + add(1, 2) } }
    class Hidden { explain(text) { return text } }
    seen.push(SnapshotError, Hidden)`
  const { after } = await finished(source.replace('export ', ''))
  expect(after.code).toContain('e=>e+1')
  expect(after.code).toContain('(e,t)=>e+t')
  expect(after.code).toMatch(/^class SnapshotError extends Error\{$/m)
  expect(after.code).toMatch(/^explain\(e\)/m)
  expect(after.code).toMatch(/^function \w+\(e,t\)/m)
})
