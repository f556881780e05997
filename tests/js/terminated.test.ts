// Terminations (as by the `timeout` of node:vm) while a call into wasm runs.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// In a process of its own: a termination inside the heap leaves nothing to go on with, which it then must say.
test('terminations at any point leave other maps as they were, or say that none can be used', async () => {
  const program = `
    import assert from 'node:assert'
    import vm from 'node:vm'
    import { Hamt, InterruptedError } from 'hamt-wasm'
    const kept = Hamt.from(Array.from({ length: 1000 }, (_, i) => ['key ' + i, i]))
    const shared = kept.set('x', 1)
    const expected = kept.toJSON()
    const digest = kept.digest()
    const loop = new vm.Script(\`
      for (let i = 0, m = map; ; ++i) {
        m = m.set('key ' + (i % 900), { i })
        if (i % 7 === 0) m = m.delete('key ' + (i % 800))
        if (i % 100 === 0) m.withMutations((draft) => draft.set('y', i)).digest()
      }\`)
    function checkOthers() {
      assert.deepStrictEqual(kept.toJSON(), expected)
      assert.strictEqual(shared.get('x'), 1)
      assert.deepStrictEqual(kept.set('q', 1).delete('q').digest(), digest)
      assert.strictEqual(Hamt.from({ a: 1 }).set('b', 2).size, 2)
    }
    let rounds = 0
    for (; rounds < 25; ++rounds) {
      const context = vm.createContext({ map: Hamt.from(kept).set('own', rounds) })
      assert.throws(() => loop.runInContext(context, { timeout: 3 }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' })
      try {
        checkOthers()
      } catch (error) {
        if (!(error instanceof InterruptedError)) throw error
        for (const use of [() => Hamt.from({ a: 1 }).digest(), () => kept.digest(), () => shared.digest()])
          assert.throws(use, InterruptedError)
        break
      }
    }
    console.log('rounds', rounds)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env.PATH },
  })
  expect(stdout).toMatch(/^rounds \d+/)
})
