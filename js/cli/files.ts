// Files, standard input and standard output: bounded reading, and writing as a whole or not at all.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { plain } from '../sortition/index.js'
import { UnusableInput } from './command.js'

/** The first bytes of every snapshot, and of every node table, which continues them. */
export const snapshotMagic = 'HAMT'
export const nodesMagic = 'HAMTNODE'
/** The largest snapshot that is read, in bytes. */
const largestFile = 2 ** 30
/** The most that is read of logs, which are streamed, in bytes: what has not ended there has no end. */
const longestStream = 2 ** 36

/** What a system error says, in words. */
export function why(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
    ELOOP: 'its links lead in a circle',
    ENOSPC: 'no space is left',
    ENAMETOOLONG: 'its name is too long',
    ENOTDIR: 'a part of its path is no directory',
  }
  return known[code ?? ''] ?? plain(message)
}

/** A file's name in messages. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : plain(path)
}

/** Names of the process's own input and output, which are not opened again: their other end may be slow. */
function isStandard(path: string, name: 'stdin' | 'stdout'): boolean {
  const fd = name === 'stdin' ? 0 : 1
  return ['-', `/dev/${name}`, `/dev/fd/${fd}`, `/proc/self/fd/${fd}`].includes(path)
}
export function isStandardInput(path: string): boolean {
  return isStandard(path, 'stdin')
}
export function isStandardOutput(path: string): boolean {
  return isStandard(path, 'stdout')
}

/** A file in pieces, or standard input for `-`. UnusableInput when it cannot be read. */
export async function* chunksOf(path: string, limit = longestStream): AsyncGenerator<Uint8Array> {
  let read = 0
  try {
    const stream = isStandard(path, 'stdin')
      ? process.stdin
      : createReadStream(path, { highWaterMark: 2 ** 18 })
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      read += chunk.length
      if (read > limit) break
      yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    }
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === undefined) throw e
    throw new UnusableInput(`cannot read ${nameOf(path)}: ${why(e)}`)
  }
  if (read > limit) throw new UnusableInput(`${nameOf(path)} is larger than ${limit / 2 ** 30} GB`)
}

/**
 * All of a file that begins with `magic`; of any other only the first piece, which is enough to say what is
 * wrong with it.
 */
export async function read(path: string, magic: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunksOf(path, largestFile)) {
    parts.push(chunk)
    const first = parts[0]!
    if (first.length >= magic.length && !beginsWith(first, magic)) break
  }
  const joined = Buffer.concat(parts)
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.byteLength)
}

/** Whether bytes begin as a file of one kind does. */
export function beginsWith(bytes: Uint8Array, magic: string): boolean {
  return Buffer.from(bytes.subarray(0, magic.length)).equals(Buffer.from(magic))
}

/** A snapshot's bytes, unchecked; UnusableInput for a node table. */
export async function readSnapshot(path: string): Promise<Uint8Array> {
  const bytes = await read(path, snapshotMagic)
  if (beginsWith(bytes, nodesMagic))
    throw new UnusableInput(`${nameOf(path)} is a node table, which get and inspect read with --from`)
  return bytes
}

// --- writing -------------------------------------------------------------------------------------

/** A file that may be written: where it is, and what is there. */
export interface Target {
  /** With links followed. */
  path: string
  stats: Stats | undefined
}

/**
 * Where a file will be written. A link is followed to the file that it names, which must be there.
 * UnusableInput for what is no regular file, or cannot be looked at.
 */
export function targetOf(path: string): Target {
  if (path.endsWith('/')) throw new UnusableInput(`cannot write ${plain(path)}: it names a directory`)
  let isDangling = false
  try {
    const link = lstatSync(path, { throwIfNoEntry: false })
    if (!link) return { path: join(realpathSync(dirname(path)), basename(path)), stats: undefined }
    isDangling = link.isSymbolicLink()
    const target = isDangling ? realpathSync(path) : path
    isDangling = false
    const stats = statSync(target)
    if (!stats.isFile()) {
      const what = stats.isDirectory() ? 'it is a directory' : 'it is no regular file; - is standard output'
      throw new UnusableInput(`cannot write ${plain(path)}: ${what}`)
    }
    return { path: target, stats }
  } catch (e) {
    if (e instanceof UnusableInput) throw e
    throw new UnusableInput(`cannot write ${plain(path)}: ${isDangling ? 'it is a link to nothing' : why(e)}`)
  }
}

/**
 * Where a file of one kind will be written. UnusableInput for a file that is there, is not empty and is of
 * another kind: it would be lost.
 */
export function targetOfKind(path: string, what: 'snapshot' | 'node table'): Target {
  const target = targetOf(path)
  if (!target.stats?.size) return target
  const first = Buffer.alloc(nodesMagic.length)
  try {
    const fd = openSync(target.path, 'r')
    try {
      readSync(fd, first)
    } finally {
      closeSync(fd)
    }
  } catch (e) {
    throw new UnusableInput(`cannot write ${plain(path)}: ${why(e)}`)
  }
  const kind = beginsWith(first, nodesMagic)
    ? 'node table'
    : beginsWith(first, snapshotMagic)
      ? 'snapshot'
      : ''
  if (kind !== what)
    throw new UnusableInput(`cannot write ${plain(path)}: the file that is there is no ${what}`)
  return target
}

/**
 * Writes a file as a whole or not at all: beside it, under a name that nobody can know before, then in its
 * place. Mode and owner stay those of the file that was there.
 */
export function write({ path, stats }: Target, bytes: Uint8Array): void {
  const beside = join(dirname(path), `.${randomBytes(16).toString('hex')}`)
  let fd: number | undefined
  try {
    fd = openSync(beside, 'wx', stats ? 0o600 : 0o666)
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
    if (stats) keepOwner(fd, stats)
    fsyncSync(fd)
    closeSync(fd)
    fd = undefined
    renameSync(beside, path)
  } catch (e) {
    if (fd !== undefined) {
      closeSync(fd)
      rmSync(beside, { force: true })
    }
    throw new UnusableInput(`cannot write ${plain(path)}: ${why(e)}`)
  }
}

function keepOwner(fd: number, { uid, gid, mode }: Stats): void {
  try {
    if (process.getuid?.() !== uid || process.getgid?.() !== gid) fchownSync(fd, uid, gid)
  } catch {
    // Only root gives files away: then it is the file of whoever writes it.
  }
  fchmodSync(fd, mode & 0o777)
}
