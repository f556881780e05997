// `npm run bench:js [names] [-- options]`: every benchmark of this folder, each in a process of its own;
// without names, all. What one prints is Markdown or text, and is kept in bench/results/NAME.txt for
// bench/report.mjs.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const all = ['map', 'values', 'methods', 'plain', 'snapshot', 'digest', 'sortition', 'blocks']
const args = process.argv.slice(2)
const names = args.filter((arg) => all.includes(arg))
const options = args.filter((arg) => !all.includes(arg))
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

mkdirSync(here('../results/'), { recursive: true })
for (const name of names.length ? names : all) {
  console.log(`\n# ${name}`)
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', here(`./${name}.mjs`), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  console.log(stdout)
  if (status === 0) writeFileSync(here(`../results/${name}.txt`), stdout)
  else process.exitCode = 1
}
