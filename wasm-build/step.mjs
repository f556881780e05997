// Running other programs: quietly, each with a log that is shown when it fails. Plain Node, no dependencies:
// this runs before anything is installed.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A failure that is already explained: its message is all that a person needs to see. */
export class Failure extends Error {}

export function say(line) {
  process.stdout.write(`${line}\n`)
}

/** The end of a file, whole lines, at most `bytes` long. */
function tail(file, bytes = 12_000) {
  const size = statSync(file).size
  if (size <= bytes) return readFileSync(file, 'utf8')
  const buffer = Buffer.alloc(bytes)
  const fd = openSync(file, 'r')
  readSync(fd, buffer, 0, bytes, size - bytes)
  closeSync(fd)
  return `[…]\n${buffer.toString('utf8').replace(/^[^\n]*\n/, '')}`
}

function start(command, args, { env, cwd = root, stdio }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ? `signal ${signal}` : code))
  })
}

/** Runs a program with its output in build/logs/<log>.log. Throws a Failure that shows the log's end. */
export async function quietly(log, command, args, options = {}) {
  const file = join(root, 'build', 'logs', `${log}.log`)
  mkdirSync(dirname(file), { recursive: true })
  const fd = openSync(file, options.append ? 'a' : 'w')
  let status
  try {
    status = await start(command, args, { ...options, stdio: ['ignore', fd, fd] })
  } catch (error) {
    status = error.message
  } finally {
    closeSync(fd)
  }
  if (status !== 0) {
    throw new Failure(`${tail(file)}\n${command} ${args.join(' ')}: failed (${status}); whole log: ${file}`)
  }
}

/** Runs a program that speaks for itself. Throws a Failure when its exit status is not 0. */
export async function openly(command, args, options = {}) {
  const status = await start(command, args, { ...options, stdio: 'inherit' })
  if (status !== 0) throw new Failure(`${command} ${args.join(' ')}: failed (${status})`)
}

/** What a program prints, or undefined when it is missing or fails. */
export async function ask(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    child.stdout.on('data', (data) => (out += data))
    child.stderr.resume()
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code === 0 ? out : undefined))
  })
}

export const processors = availableParallelism()

/** Calls `f` for every item, as many at a time as there are processors. */
export async function inParallel(items, f) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) await f(item)
  }
  await Promise.all(Array.from({ length: processors }, worker))
}

export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
