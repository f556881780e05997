// Inputs of the commands for draws: options, logs, and a registry beside them.
import { SnapshotError } from '../index.js'
import {
  type Address,
  applyLogs,
  type Continued,
  contractNames,
  type DrawLogs,
  drawsIn,
  EventError,
  type Hex,
  idText,
  judgeDraw,
  type Judgement,
  type JudgeOptions,
  LogError,
  LogReader,
  type Logs,
  NodeRegistry,
  type Policy,
  type RegistryEvent,
  unrequested,
} from '../sortition/index.js'
import { type Arguments, type Option, UnusableInput } from './command.js'
import { chunksOf, nameOf, readSnapshot } from './files.js'
import { progressBar } from './progress.js'
import { secondsOf } from './times.js'

// --- options -------------------------------------------------------------------------------------

export const logsOption: Option = {
  value: 'FILE',
  help: 'logs as JSON; may be given several times; - is standard input',
  multiple: true,
}
const optionOf = (contract: string) => contract.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
export const contractOptions: Record<string, Option> = Object.fromEntries(
  contractNames.map((name) => [
    optionOf(name),
    { value: 'ADDRESS', help: 'the contract, where several emit events of this kind' },
  ]),
)
export const logForms =
  'Logs are raw (eth_getLogs, Etherscan, receipts), decoded (viem), or answers of JSON-RPC: one document, or one a line, of\n' +
  'any size. Each log has a blockTimestamp, or is beside blocks: { logs, blocks: [{ number, hash, timestamp }], contracts }.\n' +
  'Logs that are malformed or contradict each other or the registry are refused.'

export const judgeOptions: Record<string, Option> = {
  registry: {
    value: 'FILE',
    help: 'a registry from `sortition replay`; unless given, the logs are replayed',
  },
  logs: { ...logsOption, required: true },
  policy: { value: 'POLICY', help: 'uncapped or owner-cap; of a request, compared with what the logs say' },
  'chain-id': { value: 'ID', help: 'the number of the chain, for seeds that follow from random words' },
  ...contractOptions,
}
export const requestOptions: Record<string, Option> = {
  ...judgeOptions,
  e3: { value: 'ID', help: 'the request, by its e3Id: decimal, or 0x', required: true },
  threshold: { value: 'H,N', help: 'threshold and size of the committee, where the logs do not say them' },
  seed: { value: 'SEED', help: 'a seed, to compare with the one that follows from the logs' },
  'block-hash': { value: 'HASH', help: 'the hash of the entropy block, where the logs lack it' },
  'random-word': {
    value: 'WORD',
    help: 'where the logs lack it; with --request-id, --registry-address and --chain-id',
  },
  'request-id': { value: 'ID', help: 'of the random word' },
  'registry-address': { value: 'ADDRESS', help: 'of the contract that asked for the word' },
  limit: {
    value: 'NUMBER',
    help: 'most tickets to hash for the ideal committee: else 2^22, and 2^28 without --logs',
  },
}

// --- their values ---------------------------------------------------------------------------------

/** What the library refuses is input that nothing can be done with. */
export function usable<T>(f: () => T): T {
  try {
    return f()
  } catch (e) {
    const known = [TypeError, RangeError, LogError, EventError, SnapshotError]
    if (known.some((kind) => e instanceof kind)) throw new UnusableInput((e as Error).message)
    throw e
  }
}

/** UnusableInput for standard input under two names: it can be read once. */
function requireOneReading(args: Arguments): void {
  const isInput = (path: string) => nameOf(path) === nameOf('-')
  const inputs = args.list('logs').filter(isInput).length
  if (inputs > 1) throw new UnusableInput('--logs names standard input twice, which can be read once')
  if (inputs > 0 && args.has('registry') && isInput(args.required('registry')))
    throw new UnusableInput('--registry and --logs both name standard input, which can be read once')
}

export async function logsOf(args: Arguments): Promise<Logs> {
  requireOneReading(args)
  const contracts: Record<string, string> = {}
  for (const name of contractNames) {
    if (args.has(optionOf(name))) contracts[name] = addressOf(args, optionOf(name))
  }
  const reader = usable(() => new LogReader({ contracts }))
  const paths = args.list('logs')
  for (const path of paths) {
    const stream = reader.open(nameOf(path))
    for await (const chunk of chunksOf(path)) usable(() => stream.write(chunk))
    usable(() => stream.end())
  }
  return usable(() => reader.finish())
}

export function addressOf(args: Arguments, name: string): Address {
  const text = args.required(name)
  if (!/^0x[0-9a-f]{40}$/i.test(text)) throw new UnusableInput(`--${name} must be an address, got '${text}'`)
  return text.toLowerCase() as Address
}

/** A whole number from 0 on, decimal or after 0x. */
export function numberOf(args: Arguments, name: string): bigint {
  const text = args.required(name)
  if (/^(\d{1,80}|0x[0-9a-f]{1,64})$/i.test(text)) return BigInt(text.toLowerCase())
  throw new UnusableInput(`--${name} must be a whole number from 0 on, got ${JSON.stringify(text)}`)
}

export function policyOf(args: Arguments): Policy | undefined {
  const policy = args.text('policy')
  if (policy === undefined || policy === 'uncapped' || policy === 'owner-cap') return policy
  throw new UnusableInput(`--policy must be uncapped or owner-cap, got '${policy}'`)
}

export async function loadRegistry(path: string): Promise<NodeRegistry> {
  const bytes = await readSnapshot(path)
  try {
    return NodeRegistry.deserialize(bytes)
  } catch (e) {
    if (e instanceof SnapshotError) throw new UnusableInput(`${nameOf(path)}: ${e.message}`)
    throw e
  }
}

export function continued(registry: NodeRegistry, logs: Logs): Continued {
  const bar = progressBar('replaying')
  try {
    return usable(() => applyLogs(registry, logs, bar.draw))
  } finally {
    bar.end()
  }
}

/** The second of `--at`. */
export function timepointOf(args: Arguments): bigint {
  return secondsOf(args.required('at').replace(/^@/, ''), '--at')
}

export function judgeOptionsOf(args: Arguments): JudgeOptions {
  const options: JudgeOptions = { policy: policyOf(args) }
  if (args.has('seed')) options.seed = numberOf(args, 'seed')
  if (args.has('block-hash')) options.blockHash = hashOf(args, 'block-hash')
  if (args.has('chain-id')) options.chainId = numberOf(args, 'chain-id')
  if (args.has('limit')) options.limit = numberOf(args, 'limit')
  if (args.has('threshold')) {
    const parts = /^(\d{1,9}),(\d{1,9})$/.exec(args.required('threshold'))
    if (!parts)
      throw new UnusableInput(`--threshold must be two numbers like 2,3, got '${args.required('threshold')}'`)
    options.threshold = [Number(parts[1]), Number(parts[2])]
  }
  const ofWord = ['request-id', 'registry-address'].find((name) => args.has(name) && !args.has('random-word'))
  if (ofWord) throw new UnusableInput(`--${ofWord} needs --random-word`)
  if (args.has('random-word')) {
    for (const name of ['request-id', 'chain-id', 'registry-address']) {
      if (!args.has(name)) throw new UnusableInput(`--random-word needs --${name}`)
    }
    options.vrf = {
      randomWord: numberOf(args, 'random-word'),
      requestId: numberOf(args, 'request-id'),
      chainId: numberOf(args, 'chain-id'),
      registry: addressOf(args, 'registry-address'),
    }
  }
  return options
}

function hashOf(args: Arguments, name: string): Hex {
  const text = args.required(name)
  if (!/^0x[0-9a-f]{64}$/i.test(text))
    throw new UnusableInput(`--${name} must be 32 bytes, 0x and 64 hexadecimal digits, got '${text}'`)
  return text.toLowerCase() as Hex
}

export interface Opened {
  registry: NodeRegistry
  draws: Map<bigint, DrawLogs>
  /** Draws whose request is not among their logs, by the first of these. */
  unrequested: Map<bigint, RegistryEvent>
  /** What was passed over, and what is taken. */
  notes: string[]
}

/** The registry and the logs, read together. */
export async function open(args: Arguments): Promise<Opened> {
  requireOneReading(args)
  const before = args.has('registry') ? await loadRegistry(args.required('registry')) : NodeRegistry.empty()
  const logs = await logsOf(args)
  const { registry, notes } = continued(before, logs)
  const draws = usable(() => drawsIn(logs))
  return { registry, draws, unrequested: unrequested(logs.events), notes: [...logs.notes, ...notes] }
}

export interface Checked extends Opened {
  judgement: Judgement
}

/** Unjudged for a draw that cannot be judged; UnusableInput for a request that is not there. */
export async function check(args: Arguments): Promise<Checked> {
  const e3Id = numberOf(args, 'e3')
  const options = judgeOptionsOf(args)
  const opened = await open(args)
  const draw = opened.draws.get(e3Id)
  if (!draw)
    throw new UnusableInput(
      `the logs have no request of e3Id ${idText(e3Id)}${knownText([...opened.draws.keys()])}`,
    )
  const judgement = judgeDraw(opened.registry, draw, options)
  if (judgement.status === 'cannot be judged') throw new Unjudged(judgement)
  return { ...opened, judgement }
}

const mostNamed = 5
function knownText(ids: bigint[]): string {
  if (ids.length === 0) return ', and no other'
  const more = ids.length - mostNamed
  return `; they have ${ids.slice(0, mostNamed).map(idText).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** A draw that cannot be judged. */
export class Unjudged extends UnusableInput {
  constructor(readonly judgement: Judgement) {
    super(judgement.sentence.replace(/\.$/, ''))
  }
}

/** UnusableInput for an option that is of the other form of a command. */
export function refuseOthers(args: Arguments, names: readonly string[], form: string, other: string): void {
  const name = names.find((each) => args.has(each))
  if (name) throw new UnusableInput(`--${name} is of ${form}, and ${other}: give one of the two`)
}
