// Commands for any snapshot.
import { deserialize, type Hamt, readMeta, serialize, SnapshotError } from '../index.js'
import { aloneText, NodeRegistry, plain, table } from '../sortition/index.js'
import { aboutSources, digestOption, fromOptions, getFrom, inspectFrom } from './blocks.js'
import { type Arguments, type Command, type Result, UnusableInput } from './command.js'
import { nameOf, readSnapshot } from './files.js'
import { secondsOf } from './times.js'
import { jsonValue, value } from './text.js'

const addressing =
  'A version is named by its number: 0 is the first, -1 the last. A registry of operators has a version for each second at\n' +
  'which something changed; name the one in force at a time as in @1788222143 or @2026-09-01T00:22:23Z.'

interface Snapshot {
  bytes: Uint8Array
  /** How many versions there are: in a registry, one for each second at which something changed. */
  length: number
  /** Version `n` of these. */
  at: (n: number) => Hamt<unknown>
  registry: NodeRegistry | undefined
}

async function open(path: string): Promise<Snapshot> {
  const bytes = await readSnapshot(path)
  try {
    const versions = deserialize<unknown>(bytes)
    if (!isRegistry(bytes))
      return { bytes, length: versions.length, at: (n) => versions[n]!, registry: undefined }
    const registry = NodeRegistry.deserialize(bytes)
    const times = registry.timepoints()
    return { bytes, length: times.length, at: (n) => registry.at(times[n]!), registry }
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
    return snapshot.registry.at(secondsOf(name.slice(1), name))
  }
  const { length } = snapshot
  const n = /^-?\d{1,15}$/.test(name) ? Number(name) : NaN
  const index = n < 0 || Object.is(n, -0) ? length + n : n
  if (!(index >= 0 && index < length)) {
    throw new UnusableInput(`${nameOf(path)} has ${versionsText(length)}, and none that is called ${name}`)
  }
  return snapshot.at(index)
}

const versionsText = (count: number) => `${count} version${count === 1 ? '' : 's'}`

// --- inspect -------------------------------------------------------------------------------------

/** Entries that are written again, one version alone, to measure what sharing saves. */
const worthMeasuring = 2_000_000
/** The versions that are listed: the newest. */
const mostListed = 50

async function inspect(args: Arguments): Promise<Result> {
  const path = args.positionals[0]!
  const { bytes, length, at, registry } = await open(path)
  const begin = Math.max(0, length - mostListed)
  const times = registry?.timepoints()
  let before = begin > 0 ? at(begin - 1) : undefined
  let alone: number | undefined = 0
  let entries = 0
  const rows = Array.from({ length: length - begin }, (_, i) => {
    const version = at(begin + i)
    const changed = before ? [...before.diff(version)].length : version.size
    before = version
    entries += version.size
    alone = alone === undefined || entries > worthMeasuring ? undefined : alone + serialize([version]).length
    const time = times?.[begin + i]
    return {
      version: begin + i,
      ...(time !== undefined && { second: Number(time) }),
      size: version.size,
      changed,
      digest: value.hex(version.digest()),
    }
  })
  const json = {
    bytes: bytes.length,
    count: length,
    versions: rows,
    bytesPerVersion: length > 0 ? bytes.length / length : undefined,
    entries,
    bytesWithoutSharing: begin === 0 ? alone : undefined,
    ...(registry
      ? { registry: describeRegistry(registry, bytes.length) }
      : { meta: jsonValue(readMeta(bytes) ?? null) }),
  }
  const text = [
    `${nameOf(path)}: ${value.bytes(bytes.length)}, ${versionsText(length)}` +
      (length > 1 ? `, ${value.bytes(bytes.length / length)} a version` : ''),
    ...(registry ? registryLines(registry, bytes.length) : metaLines(readMeta(bytes))),
    ...(length > 1 && begin === 0 && alone !== undefined
      ? [`Sharing: ${aloneText(bytes.length, alone)}`]
      : []),
    '',
    ...(begin > 0 ? [`The last ${rows.length} versions`] : []),
    ...table(
      [
        ['version', ...(registry ? ['from'] : []), 'entries', 'changed', 'digest'],
        ...rows.map((r) => [
          `${r.version}`,
          ...(r.second === undefined ? [] : [value.time(r.second)]),
          `${r.size}`,
          `${r.changed}`,
          r.digest,
        ]),
      ],
      registry ? [0, 2, 3] : [0, 1, 2],
    ),
  ]
  return { text: text.join('\n'), json, status: 0 }
}

/** What a file says of itself, in one line. */
export function metaLines(meta: unknown): string[] {
  return meta === undefined ? [] : [`Meta: ${value.text(meta)}`]
}

function describeRegistry(registry: NodeRegistry, bytes: number) {
  const timepoints = registry.timepoints()
  return {
    changes: registry.changes,
    versions: timepoints.length,
    first: timepoints.length > 0 ? Number(timepoints[0]) : undefined,
    last: timepoints.length > 0 ? Number(timepoints.at(-1)) : undefined,
    position: registry.position,
    bytesPerChange: registry.changes > 0 ? bytes / registry.changes : undefined,
  }
}

function registryLines(registry: NodeRegistry, bytes: number): string[] {
  const r = describeRegistry(registry, bytes)
  if (r.changes === 0) return ['Registry of operators, empty']
  return [
    `Registry of operators: ${r.changes} changes, ${r.bytesPerChange!.toFixed(1)} bytes a change; a version for each second with changes`,
    `From ${value.time(r.first!)} to ${value.time(r.last!)}, up to block ${r.position!.blockNumber}, log ${r.position!.logIndex}`,
  ]
}

// --- get, diff, verify ---------------------------------------------------------------------------

async function get(args: Arguments): Promise<Result> {
  const [path, key] = args.positionals as [string, string]
  const snapshot = await open(path)
  const version = versionOf(snapshot, args.text('at') ?? '-1', path)
  // Addresses are stored in lower case, and written in many ways.
  const name = version.has(key) || !snapshot.registry ? key : key.toLowerCase()
  if (!version.has(name))
    return { text: '', note: `${shownKey(key)} is not there`, json: { found: false }, status: 1 }
  const found = version.get(name)
  return { text: value.text(found), json: { found: true, value: jsonValue(found) }, status: 0 }
}

function shownKey(key: string): string {
  return plain(JSON.stringify(key))
}

async function diff(args: Arguments): Promise<Result> {
  const [path, other] = args.positionals as [string, string?]
  const otherPath = other ?? path
  const before = await open(path)
  const after = otherPath === path ? before : await open(otherPath)
  const from = versionOf(before, args.text('from') ?? (other === undefined ? '0' : '-1'), path)
  const to = versionOf(after, args.text('to') ?? '-1', otherPath)
  const changes = [...from.diff(to)].sort((a, b) => (a.key < b.key ? -1 : 1))
  const lines = changes.flatMap(({ key, before: old, after: now }) => [
    ...(old === undefined ? [] : [`- ${shownKey(key)}: ${value.text(old)}`]),
    ...(now === undefined ? [] : [`+ ${shownKey(key)}: ${value.text(now)}`]),
  ])
  return {
    text: lines.length > 0 ? lines.join('\n') : 'no difference',
    json: changes.map(({ key, before: old, after: now }) => ({
      key,
      ...(old !== undefined && { before: jsonValue(old) }),
      ...(now !== undefined && { after: jsonValue(now) }),
    })),
    status: changes.length > 0 ? 1 : 0,
  }
}

async function verify(args: Arguments): Promise<Result> {
  const path = args.positionals[0]!
  const bytes = await readSnapshot(path)
  try {
    const versions = deserialize(bytes)
    const meta = readMeta(bytes)
    const again = serialize(versions, meta === undefined ? undefined : { meta })
    if (Buffer.compare(again, bytes) !== 0)
      throw new SnapshotError('rewritten', -1, 'it is not what its versions are written as')
    const registry = isRegistry(bytes) ? NodeRegistry.deserialize(bytes) : undefined
    const count = registry ? registry.timepoints().length : versions.length
    if (registry && Buffer.compare(registry.serialize(), bytes) !== 0) {
      throw new SnapshotError('rewritten', -1, 'it is not what its events are written as')
    }
    const what = registry ? `a registry of operators, ${registry.changes} changes in ` : ''
    return {
      text: `${nameOf(path)}: right, ${what}${versionsText(count)}`,
      json: { ok: true, versions: count, ...(registry && { changes: registry.changes }) },
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

/**
 * Whether a command reads from a node table, given by --from in place of FILE; `others` are its other
 * positional arguments.
 */
function isFrom(args: Arguments, command: string, ...others: string[]): boolean {
  const isFrom = args.has('from')
  const wanted = isFrom ? others : ['FILE', ...others]
  const given = args.positionals.length
  if (given < wanted.length)
    throw new UnusableInput(`${command} needs ${wanted[given]}; see: hamt-wasm ${command} --help`)
  if (given > wanted.length) throw new UnusableInput('FILE and --from exclude each other')
  if (!isFrom)
    for (const option of ['digest', 'timeout'])
      if (args.has(option)) throw new UnusableInput(`--${option} needs --from`)
  return isFrom
}

export const snapshotCommands: Command[] = [
  {
    name: 'inspect',
    summary: 'show the versions of a snapshot: sizes, sharing, bytes a version, digests',
    positionals: ['[FILE]'],
    options: fromOptions,
    details: `FILE may be - for standard input.\n${aboutSources}`,
    run: (args) => (isFrom(args, 'inspect') ? inspectFrom(args) : inspect(args)),
  },
  {
    name: 'get',
    summary: 'print the value of a key',
    positionals: ['[FILE]', 'KEY'],
    options: {
      at: { value: 'VERSION', help: 'in this version; the last unless given' },
      ...fromOptions,
      ...digestOption,
    },
    details: `${addressing}\n${aboutSources}\nWith --digest everything that comes is checked against it, so that the server need not be trusted.\nExit status: 0 when the key is there, 1 when it is not, 2 for unusable input.`,
    run: (args) => (isFrom(args, 'get', 'KEY') ? getFrom(args) : get(args)),
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
