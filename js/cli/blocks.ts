// Commands for node tables and block stores.
import { realpathSync, type Stats, statSync } from 'node:fs'
import { relative } from 'node:path'
import {
  BlockError,
  type BlockStore,
  type NodeFile,
  openNodes,
  pull,
  push,
  serializeNodes,
  type Traffic,
} from '../blocks/index.js'
import { folderStore } from '../examples/stores/folder.js'
import { deserialize, readMeta, serialize } from '../index.js'
import { plain, table } from '../sortition/index.js'
import { type Arguments, type Command, type Result, UnusableInput } from './command.js'
import {
  beginsWith,
  isStandardOutput,
  nameOf,
  nodesMagic,
  read,
  readSnapshot,
  snapshotMagic,
  targetOfKind,
  why,
  write,
} from './files.js'
import { progressBar } from './progress.js'
import { jsonValue, value } from './text.js'

const aboutSources =
  'SOURCE is the address of a node table (http: or https:, on a server that answers range requests), or the path of one.'

const isAddress = (name: string): boolean => /^https?:\/\//i.test(name)

/** Runs `f`; a BlockError says what is unusable about `name`. */
async function reading<T>(name: string, f: () => Promise<T>): Promise<T> {
  try {
    return await f()
  } catch (error) {
    if (error instanceof BlockError)
      throw new UnusableInput(
        error.message.startsWith(name) ? plain(error.message) : `${nameOf(name)}: ${plain(error.message)}`,
      )
    throw error
  }
}

/** Opens a node table and asks it; both together may take as long as --timeout says. */
async function asking<T>(
  args: Arguments,
  f: (file: NodeFile<unknown>, signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const name = args.required('from')
  const limit = args.text('timeout') ?? '60'
  const seconds = /^\d{1,6}(\.\d{1,3})?$/.test(limit) ? Number(limit) : 0
  if (seconds === 0) throw new UnusableInput(`--timeout must be a number of seconds, got ${nameOf(limit)}`)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name) && !isAddress(name))
    throw new UnusableInput(`${nameOf(name)} is no address that begins with http: or https:`)
  const signal = AbortSignal.timeout(seconds * 1000)
  try {
    return await reading(name, async () => {
      const source = isAddress(name) ? name : await read(name, nodesMagic)
      if (typeof source !== 'string' && beginsWith(source, snapshotMagic) && !beginsWith(source, nodesMagic))
        throw new UnusableInput(`${nameOf(name)} is a snapshot: give it as FILE, without --from`)
      return f(await openNodes(source, { signal }), signal)
    })
  } catch (error) {
    if (error !== signal.reason) throw error
    throw new UnusableInput(`${nameOf(name)} has not answered within ${limit} s`)
  }
}

const used = ({ requests, bytes }: Traffic, all?: number): string =>
  `${requests} request${requests === 1 ? '' : 's'}, ${value.bytes(bytes)}` +
  (all === undefined ? '' : ` of ${value.bytes(all)}`)

function digestOf(text: string): Uint8Array {
  if (!/^(0x)?[0-9a-f]{64}$/i.test(text))
    throw new UnusableInput(`a digest has 64 hexadecimal digits: ${nameOf(text)} is none`)
  return new Uint8Array(Buffer.from(text.replace(/^0x/i, ''), 'hex'))
}

/** The version that --digest or --at names; the last unless given. */
function versionOf(file: NodeFile<unknown>, args: Arguments, name: string): ReturnType<typeof file.at> {
  const wanted = args.text('digest')
  if (wanted !== undefined) {
    const digest = value.hex(digestOf(wanted))
    for (let i = file.length - 1; i >= 0; --i) if (value.hex(file.at(i).digest) === digest) return file.at(i)
    throw new UnusableInput(`${nameOf(name)} has no version with this digest`)
  }
  const at = args.text('at') ?? '-1'
  try {
    if (/^-?\d{1,15}$/.test(at)) return file.at(Number(at))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new UnusableInput(
    `${nameOf(name)} has ${file.length} versions, and none that is called ${nameOf(at)}`,
  )
}

/** `get --from SOURCE KEY`. */
export async function getFrom(args: Arguments): Promise<Result> {
  const name = args.required('from')
  const [key] = args.positionals as [string]
  return asking(args, async (file, signal) => {
    const found = await versionOf(file, args, name).get(key, { signal })
    const { requests, bytes } = file.traffic
    const traffic = { requests, bytes, of: file.bytes }
    const line = used(file.traffic, file.bytes)
    if (found === undefined)
      return {
        text: '',
        note: `${JSON.stringify(key)} is not there (${line})`,
        json: { found: false, ...traffic },
        status: 1 as const,
      }
    return {
      text: value.text(found),
      note: `(${line})`,
      json: { found: true, value: jsonValue(found), ...traffic },
      status: 0 as const,
    }
  })
}

/** `inspect --from SOURCE`. */
export async function inspectFrom(args: Arguments): Promise<Result> {
  const name = args.required('from')
  return asking(args, (file) => {
    const rows = Array.from({ length: file.length }, (_, i) => {
      const { size, digest } = file.at(i)
      return { version: i, size, digest: value.hex(digest) }
    })
    const { requests, bytes } = file.traffic
    return {
      text: [
        `${nameOf(name)}: a node table of ${value.bytes(file.bytes)}, ${rows.length} version${rows.length === 1 ? '' : 's'} (${used(file.traffic, file.bytes)})`,
        ...(file.meta === undefined ? [] : [`Meta: ${value.text(file.meta)}`]),
        '',
        ...table(
          [['version', 'entries', 'digest'], ...rows.map((r) => [`${r.version}`, `${r.size}`, r.digest])],
          [0, 1],
        ),
      ].join('\n'),
      json: {
        count: rows.length,
        versions: rows,
        meta: jsonValue(file.meta ?? null),
        requests,
        bytes,
        of: file.bytes,
      },
      status: 0 as const,
    }
  })
}

/** False when nothing is there; UnusableInput for anything but a folder. */
function isFolder(path: string): boolean {
  let stats: Stats | undefined
  try {
    stats = statSync(path, { throwIfNoEntry: false })
  } catch (e) {
    throw new UnusableInput(`cannot use ${nameOf(path)}: ${why(e)}`)
  }
  if (stats?.isDirectory() === false) throw new UnusableInput(`${nameOf(path)} is no folder`)
  return stats !== undefined
}

/** Whether a file, its links followed, has the name of a block in a folder. */
function isBlockOf(folder: string, file: string): boolean {
  return /^[0-9a-f]{2}.[0-9a-f]{64}$/.test(relative(realpathSync(folder), file))
}

/**
 * A folder of blocks that counts what is read and what is written. UnusableInput, naming the block, for what
 * the system refuses.
 */
function counted(path: string): { store: BlockStore; got: Traffic; put: Traffic } {
  const folder = folderStore(path)
  const naming = async <T>(what: string, digest: Uint8Array, f: () => PromiseLike<T> | T): Promise<T> => {
    try {
      return await f()
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === undefined) throw e
      throw new UnusableInput(`cannot ${what} block ${value.hex(digest)} of ${nameOf(path)}: ${why(e)}`)
    }
  }
  const [got, put] = [0, 0].map(() => ({ requests: 0, bytes: 0, blocks: 0 })) as [Traffic, Traffic]
  const count = (traffic: Traffic, block: Uint8Array | undefined | null): void => {
    ++traffic.requests
    traffic.bytes += block?.length ?? 0
    if (block) ++traffic.blocks
  }
  const store: BlockStore = {
    async get(digest) {
      const block = await naming('read', digest, () => folder.get(digest))
      count(got, block)
      return block
    },
    async put(digest, block) {
      count(put, block)
      await naming('write', digest, () => folder.put(digest, block))
    },
  }
  return { store, got, put }
}

async function pushFile(args: Arguments): Promise<Result> {
  const [path, target] = args.positionals as [string, string]
  const bytes = await readSnapshot(path)
  const versions = deserialize<unknown>(bytes)
  if (args.has('table')) {
    const meta = readMeta(bytes)
    const destination = targetOfKind(target, 'node table')
    const file = serializeNodes(versions, meta === undefined ? undefined : { meta })
    write(destination, file)
    return {
      text: `${nameOf(target)}: a node table of ${value.bytes(file.length)}, ${versions.length} versions`,
      json: { bytes: file.length, versions: versions.map((v) => value.hex(v.digest())) },
      status: 0,
    }
  }
  isFolder(target)
  const { store, put } = counted(target)
  const bar = progressBar('push')
  const digests: string[] = []
  for (const version of versions) digests.push(value.hex(await push(version, store, { progress: bar.draw })))
  bar.end()
  return {
    text: digests.join('\n'),
    note: `(${put.blocks} block${put.blocks === 1 ? '' : 's'} written, ${value.bytes(put.bytes)})`,
    json: { digests, blocks: put.blocks, bytes: put.bytes },
    status: 0,
  }
}

async function pullFile(args: Arguments): Promise<Result> {
  const [folder, digests] = [args.positionals[0]!, args.positionals.slice(1, -1)]
  const out = args.positionals.at(-1)!
  const target = isStandardOutput(out) ? undefined : targetOfKind(out, 'snapshot')
  if (!isFolder(folder)) throw new UnusableInput(`cannot read ${nameOf(folder)}: there is no such folder`)
  if (target && isBlockOf(folder, target.path))
    throw new UnusableInput(`cannot write ${nameOf(out)}: it is a block of ${nameOf(folder)}`)
  return reading(folder, async () => {
    const { store, got } = counted(folder)
    const bar = progressBar('pull')
    const maps = []
    for (const digest of digests)
      maps.push(await pull<unknown>(store, digestOf(digest), { progress: bar.draw }))
    bar.end()
    const bytes = serialize(maps)
    if (target) write(target, bytes)
    return {
      text: `${target ? nameOf(out) : 'standard output'}: ${value.bytes(bytes.length)}, ${maps[0]!.size} entries (${used(got)})`,
      json: {
        bytes: bytes.length,
        sizes: maps.map(({ size }) => size),
        requests: got.requests,
        read: got.bytes,
      },
      status: 0 as const,
      ...(!target && { bytes }),
    }
  })
}

/** Options of `get` and `inspect` for node tables. */
export const fromOptions = {
  from: { value: 'SOURCE', help: 'read from a node table instead of FILE: an address or a path' },
  timeout: { value: 'SECONDS', help: 'with --from: give up after so long; 60 unless given' },
}
export const digestOption = {
  digest: {
    value: 'HEX',
    help: 'with --from: the version with this digest, against which everything is checked',
  },
}

export { aboutSources }

export const blockCommands: Command[] = [
  {
    name: 'push',
    summary: 'put the versions of a snapshot into a folder of blocks, or write them as a node table',
    positionals: ['FILE', 'TARGET'],
    options: { table: { help: 'write a node table to the file TARGET, for a web server' } },
    details:
      'Prints the digest of each version, by which pull finds it. Puts only the blocks that the folder lacks, and the block\n' +
      'that a digest names last: after an interruption, push again. With --table a file that is there is replaced when it is\n' +
      'a node table.',
    run: pushFile,
  },
  {
    name: 'pull',
    summary: 'write a version from a folder of blocks as a snapshot',
    positionals: ['FOLDER', 'DIGEST', 'OUT'],
    options: {},
    details:
      'Every block is checked against its name, and the version against DIGEST. A file OUT that is there is replaced when it\n' +
      'is a snapshot.',
    run: pullFile,
  },
]
