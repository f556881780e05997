// Files and standard input.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { UnusableInput } from './command.js'

function why(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a directory'
  if (code === 'EACCES') return 'permission denied'
  return message
}

/** A file, or standard input for `-`. */
export function read(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path === '-' ? 0 : path)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } catch (e) {
    throw new UnusableInput(`cannot read ${nameOf(path)}: ${why(e)}`)
  }
}

export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}

/** Writes a file as a whole or not at all. */
export function write(path: string, bytes: Uint8Array): void {
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, bytes)
    renameSync(beside, path)
  } catch (e) {
    rmSync(beside, { force: true })
    throw new UnusableInput(`cannot write ${path}: ${why(e)}`)
  }
}

export function readJson(path: string): unknown {
  const text = new TextDecoder().decode(read(path))
  try {
    return JSON.parse(text)
  } catch (e) {
    throw new UnusableInput(`${nameOf(path)} is not JSON: ${(e as Error).message}`)
  }
}
