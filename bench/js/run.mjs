// `npm run bench:js [names] [-- options]`: every benchmark of this folder, each in a process of its own. Without names, all.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const all = ['map', 'snapshot', 'digest', 'sortition']
const args = process.argv.slice(2)
const names = args.filter((arg) => all.includes(arg))
const options = args.filter((arg) => !all.includes(arg))

for (const name of names.length ? names : all) {
  const file = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url))
  if (!existsSync(file)) continue
  console.log(`\n# ${name}`)
  const { status } = spawnSync(process.execPath, ['--expose-gc', file, ...options], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
