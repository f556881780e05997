// Commands for node tables and block stores.
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
import { nameOf, read, targetOf, write } from './files.js'
import { progressBar } from './progress.js'
import { jsonValue, value } from './text.js'

/** The first bytes of every snapshot. */
const magic = 'HAMT'

const aboutSources =
  'SOURCE is the address of a node table (http: or https:, on a server that answers range requests), or the path of one. With\n' +
  '--digest everything that comes is checked against it, so that the server need not be trusted.'

const isAddress = (name: string): boolean => /^https?:\/\//.test(name)

/** Runs `f`; a BlockError says what is unusable about `name`. */
async function reading<T>(name: string, f: () => Promise<T>): Promise<T> {
  try {
    return await f()
  } catch (error) {
    if (error instanceof BlockError) throw new UnusableInput(`${nameOf(name)}: ${plain(error.message)}`)
    if (error instanceof TypeError && isAddress(name))
      throw new UnusableInput(`cannot read ${nameOf(name)}: ${plain(error.message)}`)
    throw error
  }
}

async function openTable(name: string): Promise<NodeFile<unknown>> {
  return openNodes(isAddress(name) ? name : await read(name, 'HAMTNODE'))
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
  return reading(name, async () => {
    const file = await openTable(name)
    const found = await versionOf(file, args, name).get(key)
    const { requests, bytes } = file.traffic
    const traffic = { requests, bytes, of: file.bytes }
    const line = used(file.traffic, file.bytes)
    if (found === undefined)
      return {
        text: `${JSON.stringify(key)} is not there (${line})`,
        json: { found: false, ...traffic },
        status: 1 as const,
      }
    return {
      text: `${value.text(found)}\n(${line})`,
      json: { found: true, value: jsonValue(found), ...traffic },
      status: 0 as const,
    }
  })
}

/** `inspect --from SOURCE`. */
export async function inspectFrom(args: Arguments): Promise<Result> {
  const name = args.required('from')
  return reading(name, async () => {
    const file = await openTable(name)
    const rows = Array.from({ length: file.length }, (_, i) => {
      const { size, digest } = file.at(i)
      return { version: i, size, digest: value.hex(digest) }
    })
    const { requests, bytes } = file.traffic
    return {
      text: [
        `${nameOf(name)}: a node table of ${value.bytes(file.bytes)}, ${rows.length} version${rows.length === 1 ? '' : 's'} (${used(file.traffic, file.bytes)})`,
        '',
        ...table(
          [['version', 'entries', 'digest'], ...rows.map((r) => [`${r.version}`, `${r.size}`, r.digest])],
          [0, 1],
        ),
      ].join('\n'),
      json: { versions: rows, meta: jsonValue(file.meta ?? null), requests, bytes, of: file.bytes },
      status: 0 as const,
    }
  })
}

/** A folder of blocks that counts what is asked of it. */
function counted(path: string): { store: BlockStore; traffic: Traffic } {
  const folder = folderStore(path)
  const traffic = { requests: 0, bytes: 0, blocks: 0 }
  const count = (block: Uint8Array | undefined | null): void => {
    ++traffic.requests
    traffic.bytes += block?.length ?? 0
    if (block) ++traffic.blocks
  }
  const store: BlockStore = {
    async get(digest) {
      const block = await folder.get(digest)
      count(block)
      return block
    },
    async put(digest, block) {
      count(block)
      await folder.put(digest, block)
    },
  }
  return { store, traffic }
}

async function pushFile(args: Arguments): Promise<Result> {
  const [path, target] = args.positionals as [string, string]
  const bytes = await read(path, magic)
  const versions = deserialize<unknown>(bytes)
  if (args.has('table')) {
    const meta = readMeta(bytes)
    const file = serializeNodes(versions, meta === undefined ? undefined : { meta })
    write(targetOf(target), file)
    return {
      text: `${nameOf(target)}: a node table of ${value.bytes(file.length)}, ${versions.length} versions`,
      json: { bytes: file.length, versions: versions.map((v) => value.hex(v.digest())) },
      status: 0,
    }
  }
  const { store, traffic } = counted(target)
  const bar = progressBar('push')
  const digests: string[] = []
  for (const version of versions) digests.push(value.hex(await push(version, store, { progress: bar.draw })))
  bar.end()
  return {
    text: [...digests, `(${used(traffic)})`].join('\n'),
    json: { digests, requests: traffic.requests, bytes: traffic.bytes },
    status: 0,
  }
}

async function pullFile(args: Arguments): Promise<Result> {
  const [folder, digests] = [args.positionals[0]!, args.positionals.slice(1, -1)]
  const out = args.positionals.at(-1)!
  return reading(folder, async () => {
    const { store, traffic } = counted(folder)
    const bar = progressBar('pull')
    const maps = []
    for (const digest of digests)
      maps.push(await pull<unknown>(store, digestOf(digest), { progress: bar.draw }))
    bar.end()
    const bytes = serialize(maps)
    write(targetOf(out), bytes)
    return {
      text: `${nameOf(out)}: ${value.bytes(bytes.length)}, ${maps[0]!.size} entries (${used(traffic)})`,
      json: {
        bytes: bytes.length,
        sizes: maps.map(({ size }) => size),
        requests: traffic.requests,
        read: traffic.bytes,
      },
      status: 0 as const,
    }
  })
}

/** Options of `get` and `inspect` for node tables. */
export const fromOptions = {
  from: { value: 'SOURCE', help: 'read from a node table instead of FILE: an address or a path' },
}
export const digestOption = {
  digest: { value: 'HEX', help: 'with --from: the version with this digest, to which everything is held' },
}

export { aboutSources }

export const blockCommands: Command[] = [
  {
    name: 'push',
    summary: 'put the versions of a snapshot into a folder of blocks, or write them as a node table',
    positionals: ['FILE', 'TARGET'],
    options: { table: { help: 'write a node table to the file TARGET, for a web server' } },
    details:
      'Prints the digest of each version, by which pull finds it. Puts only what the folder lacks, children before parents:\n' +
      'when it is cut off, the folder holds no version that is not whole.',
    run: pushFile,
  },
  {
    name: 'pull',
    summary: 'write a version from a folder of blocks as a snapshot',
    positionals: ['FOLDER', 'DIGEST', 'OUT'],
    options: {},
    details: 'Every block is checked against its name, and the version against DIGEST.',
    run: pullFile,
  },
]
