// Commands for any snapshot.
import { deserialize, type Hamt, readMeta, serialize, SnapshotError } from '../index.js'
import { NodeRegistry, table } from '../sortition/index.js'
import { type Arguments, type Command, type Result, UnusableInput } from './command.js'
import { nameOf, read } from './files.js'
import { value } from './text.js'

const addressing =
  'A version is named by its number: 0 is the first, -1 the last. A registry of operators stores its newest version and the\n' +
  'changes that led there; name any other by a second, as in @1788222143: the version in force at that time.'

interface Snapshot {
  bytes: Uint8Array
  versions: Hamt<unknown>[]
  registry: NodeRegistry | undefined
}

function open(path: string): Snapshot {
  const bytes = read(path)
  try {
    const versions = deserialize<unknown>(bytes)
    return { bytes, versions, registry: isRegistry(bytes) ? NodeRegistry.deserialize(bytes) : undefined }
  } catch (e) {
    if (e instanceof SnapshotError) throw new UnusableInput(`${nameOf(path)}: ${e.message}`)
    throw e
  }
}

export function isRegistry(bytes: Uint8Array): boolean {
  const meta = readMeta(bytes) as { kind?: unknown } | null | undefined
  return meta?.kind === 'node-registry'
}

function versionOf(snapshot: Snapshot, name: string, path: string): Hamt<unknown> {
  if (name.startsWith('@')) {
    if (!snapshot.registry)
      throw new UnusableInput(`${nameOf(path)} is no registry of operators: it knows no seconds like ${name}`)
    if (!/^@\d{1,15}$/.test(name)) throw new UnusableInput(`${name} is no second`)
    return snapshot.registry.at(BigInt(name.slice(1)))
  }
  const { length } = snapshot.versions
  const n = Number(name)
  const version = /^-?\d+$/.test(name) ? snapshot.versions.at(n) : undefined
  if (!version) {
    throw new UnusableInput(
      `${nameOf(path)} has ${length} version${length === 1 ? '' : 's'}, and none that is called ${name}`,
    )
  }
  return version
}

// --- inspect -------------------------------------------------------------------------------------

/** Entries that are written again, one version alone, to measure what sharing saves. */
const worthMeasuring = 2_000_000

function inspect(args: Arguments): Result {
  const path = args.positionals[0]!
  const { bytes, versions, registry } = open(path)
  const rows = versions.map((version, i) => ({
    version: i,
    size: version.size,
    changed: i === 0 ? version.size : [...versions[i - 1]!.diff(version)].length,
    digest: value.hex(version.digest()),
  }))
  const entries = rows.reduce((sum, row) => sum + row.size, 0)
  const alone =
    entries <= worthMeasuring ? versions.reduce((sum, v) => sum + serialize([v]).length, 0) : undefined
  const json = {
    bytes: bytes.length,
    versions: rows,
    bytesPerVersion: versions.length > 0 ? bytes.length / versions.length : undefined,
    entries,
    bytesWithoutSharing: alone,
    ...(registry && { registry: describeRegistry(registry, bytes.length) }),
  }
  const text = [
    `${nameOf(path)}: ${value.bytes(bytes.length)}, ${versions.length} version${versions.length === 1 ? '' : 's'}` +
      (versions.length > 1 ? `, ${value.bytes(bytes.length / versions.length)} a version` : ''),
    ...(registry ? registryLines(registry, bytes.length) : []),
    ...(versions.length > 1 && alone !== undefined
      ? [
          `Sharing: each version alone would make ${value.bytes(alone)} in all, ${(alone / bytes.length).toFixed(1)} times as much`,
        ]
      : []),
    '',
    ...table(
      [
        ['version', 'entries', 'changed', 'digest'],
        ...rows.map((r) => [`${r.version}`, `${r.size}`, `${r.changed}`, r.digest]),
      ],
      [0, 1, 2],
    ),
  ]
  return { text: text.join('\n'), json, status: 0 }
}

function describeRegistry(registry: NodeRegistry, bytes: number) {
  const timepoints = registry.timepoints()
  return {
    changes: registry.changes,
    versions: timepoints.length,
    first: timepoints[0],
    last: timepoints.at(-1),
    position: registry.position,
    bytesPerChange: registry.changes > 0 ? bytes / registry.changes : undefined,
  }
}

function registryLines(registry: NodeRegistry, bytes: number): string[] {
  const r = describeRegistry(registry, bytes)
  if (r.changes === 0) return ['Registry of operators, empty']
  return [
    `Registry of operators: ${r.versions} versions by second, from @${r.first} to @${r.last}, of ${r.changes} changes; ` +
      `${r.bytesPerChange!.toFixed(1)} bytes a change`,
    `Up to block ${r.position!.blockNumber}, log ${r.position!.logIndex}. Stored below is the newest version`,
  ]
}

// --- get, diff, verify ---------------------------------------------------------------------------

function get(args: Arguments): Result {
  const [path, key] = args.positionals as [string, string]
  const snapshot = open(path)
  const version = versionOf(snapshot, args.text('at') ?? '-1', path)
  // Addresses are stored in lower case, and written in many ways.
  const found = version.get(key) ?? (snapshot.registry && version.get(key.toLowerCase()))
  if (found === undefined)
    return { text: `${JSON.stringify(key)} is not there`, json: { found: false }, status: 1 }
  return { text: value.text(found), json: { found: true, value: found }, status: 0 }
}

function diff(args: Arguments): Result {
  const [path, otherPath = path] = args.positionals as [string, string?]
  const before = open(path)
  const after = otherPath === path ? before : open(otherPath)
  const from = versionOf(before, args.text('from') ?? (before === after ? '0' : '-1'), path)
  const to = versionOf(after, args.text('to') ?? '-1', otherPath)
  const changes = [...from.diff(to)].sort((a, b) => (a.key < b.key ? -1 : 1))
  const lines = changes.flatMap(({ key, before: old, after: now }) => [
    ...(old === undefined ? [] : [`- ${JSON.stringify(key)}: ${value.text(old)}`]),
    ...(now === undefined ? [] : [`+ ${JSON.stringify(key)}: ${value.text(now)}`]),
  ])
  return {
    text: lines.length > 0 ? lines.join('\n') : 'no difference',
    json: changes,
    status: changes.length > 0 ? 1 : 0,
  }
}

function verify(args: Arguments): Result {
  const path = args.positionals[0]!
  const bytes = read(path)
  try {
    const versions = deserialize(bytes)
    const meta = readMeta(bytes)
    const again = serialize(versions, meta === undefined ? undefined : { meta })
    if (Buffer.compare(again, bytes) !== 0)
      throw new SnapshotError('rewritten', -1, 'it is not what its versions are written as')
    const registry = isRegistry(bytes) ? NodeRegistry.deserialize(bytes) : undefined
    if (registry && Buffer.compare(registry.serialize(), bytes) !== 0) {
      throw new SnapshotError('rewritten', -1, 'it is not what its events are written as')
    }
    const kind = registry
      ? `a registry of ${registry.changes} changes`
      : `${versions.length} version${versions.length === 1 ? '' : 's'}`
    return {
      text: `${nameOf(path)}: right, ${kind}`,
      json: { ok: true, versions: versions.length },
      status: 0,
    }
  } catch (e) {
    if (!(e instanceof SnapshotError)) throw e
    const { code, offset, message } = e
    return {
      text: `${nameOf(path)}: wrong, ${message}`,
      json: { ok: false, code, offset, message },
      status: 1,
    }
  }
}

export const snapshotCommands: Command[] = [
  {
    name: 'inspect',
    summary: 'show the versions of a snapshot: sizes, sharing, bytes a version, digests',
    positionals: ['FILE'],
    options: {},
    details: 'FILE may be - for standard input.',
    run: inspect,
  },
  {
    name: 'get',
    summary: 'print the value of a key',
    positionals: ['FILE', 'KEY'],
    options: { at: { value: 'VERSION', help: 'in this version; the last unless given' } },
    details: `${addressing}\nExit status: 0 when the key is there, 1 when it is not, 2 for unusable input.`,
    run: get,
  },
  {
    name: 'diff',
    summary: 'print what differs between two versions, of one snapshot or two',
    positionals: ['FILE', '[OTHER]'],
    options: {
      from: {
        value: 'VERSION',
        help: 'the older one; unless given the first, or with OTHER the last of FILE',
      },
      to: { value: 'VERSION', help: 'the newer one; the last unless given' },
    },
    details: `${addressing}\nExit status: 0 for no difference, 1 for some, 2 for unusable input.`,
    run: diff,
  },
  {
    name: 'verify',
    summary: 'check that a file is a well-formed snapshot',
    positionals: ['FILE'],
    options: {},
    details:
      'Checks every rule of the format, and that writing what was read gives the same bytes; of a registry also that its\n' +
      'stored version is what its events lead to. Exit status: 0 right, 1 wrong, 2 for a file that cannot be read.',
    run: verify,
  },
]
