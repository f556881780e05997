// Commands for the draw of committees.
import { SnapshotError } from '../index.js'
import {
  type Address,
  applyLogs,
  assumption,
  type Continued,
  contractNames,
  type DrawLogs,
  drawsIn,
  endsBefore,
  EventError,
  explain,
  explainAt,
  format,
  formatExplanation,
  formatStanding,
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
  type Report,
  selectCommittee,
  type Status,
  table,
  timeText,
  type Verdict,
  type Winner,
} from '../sortition/index.js'
import {
  type Arguments,
  type Command,
  type ExitStatus,
  type Option,
  type Result,
  UnusableInput,
} from './command.js'
import { chunksOf, isStandardOutput, nameOf, readSnapshot, targetOf, write } from './files.js'
import { progressBar } from './progress.js'
import { plainJson, value } from './text.js'
import { secondsOf } from './times.js'

const logsOption: Option = {
  value: 'FILE',
  help: 'logs as JSON; may be given several times; - is standard input',
  multiple: true,
}
const optionOf = (contract: string) => contract.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const contractOptions: Record<string, Option> = Object.fromEntries(
  contractNames.map((name) => [
    optionOf(name),
    { value: 'ADDRESS', help: 'the contract, where several emit events of this kind' },
  ]),
)
const logForms =
  'Logs are raw (eth_getLogs, Etherscan, receipts), decoded (viem), or answers of JSON-RPC: one document, or one a line, of\n' +
  'any size. Each log has a blockTimestamp, or is beside blocks: { logs, blocks: [{ number, hash, timestamp }], contracts }.\n' +
  'Logs that are malformed or contradict each other or the registry are refused.'
const statuses =
  'Exit status: 0 right, 1 wrong, 2 cannot be judged or unusable input, 3 not decided: the draw is open, or its seed unknown.'

/** What the library refuses is input that nothing can be done with. */
function usable<T>(f: () => T): T {
  try {
    return f()
  } catch (e) {
    const known = [TypeError, RangeError, LogError, EventError, SnapshotError]
    if (known.some((kind) => e instanceof kind)) throw new UnusableInput((e as Error).message)
    throw e
  }
}

async function logsOf(args: Arguments): Promise<Logs> {
  const contracts: Record<string, string> = {}
  for (const name of contractNames) {
    if (args.has(optionOf(name))) contracts[name] = addressOf(args, optionOf(name))
  }
  const reader = usable(() => new LogReader({ contracts }))
  const paths = args.list('logs')
  if (paths.filter((path) => nameOf(path) === nameOf('-')).length > 1)
    throw new UnusableInput('--logs names standard input twice, which can be read once')
  for (const path of paths) {
    const stream = reader.open(nameOf(path))
    for await (const chunk of chunksOf(path)) usable(() => stream.write(chunk))
    usable(() => stream.end())
  }
  return usable(() => reader.finish())
}

function addressOf(args: Arguments, name: string): Address {
  const text = args.required(name)
  if (!/^0x[0-9a-f]{40}$/i.test(text)) throw new UnusableInput(`--${name} must be an address, got '${text}'`)
  return text.toLowerCase() as Address
}

/** A whole number, decimal or after 0x. */
function numberOf(args: Arguments, name: string): bigint {
  const text = args.required(name)
  if (/^(-?\d{1,80}|0x[0-9a-f]{1,64})$/i.test(text)) return BigInt(text.toLowerCase())
  throw new UnusableInput(`--${name} must be a whole number, got ${JSON.stringify(text)}`)
}

function policyOf(args: Arguments): Policy | undefined {
  const policy = args.text('policy')
  if (policy === undefined || policy === 'uncapped' || policy === 'owner-cap') return policy
  throw new UnusableInput(`--policy must be uncapped or owner-cap, got '${policy}'`)
}

async function loadRegistry(path: string): Promise<NodeRegistry> {
  const bytes = await readSnapshot(path)
  try {
    return NodeRegistry.deserialize(bytes)
  } catch (e) {
    if (e instanceof SnapshotError) throw new UnusableInput(`${nameOf(path)}: ${e.message}`)
    throw e
  }
}

function continued(registry: NodeRegistry, logs: Logs): Continued {
  const bar = progressBar('replaying')
  try {
    return usable(() => applyLogs(registry, logs, bar.draw))
  } finally {
    bar.end()
  }
}

// --- replay --------------------------------------------------------------------------------------

async function replay(args: Arguments): Promise<Result> {
  const out = args.required('out')
  const target = isStandardOutput(out) ? undefined : targetOf(out)
  const before = target?.stats ? await loadRegistry(target.path) : NodeRegistry.empty()
  const logs = await logsOf(args)
  const start = performance.now()
  const { registry, applied, known, notes } = continued(before, logs)
  const seconds = (performance.now() - start) / 1000
  if (!registry.position) throw new UnusableInput('there are no logs, and so there is no registry to write')
  const bytes = registry.serialize()
  if (target) write(target, bytes)
  const versions = registry.timepoints().length
  const { position } = registry
  const operators = registry.at(position.timestamp).size
  const all = [...logs.notes, ...notes]
  const text = [
    `${applied} events replayed${known > 0 ? `, ${known} were known already` : ''}; ${operators} operators, ${versions} versions`,
    `${target ? nameOf(out) : 'standard output'}: ${value.bytes(bytes.length)}, up to block ${position.blockNumber}, log ${position.logIndex}`,
    ...all.map((note) => `Note: ${note}.`),
  ]
  const { changes } = registry
  const json = {
    applied,
    known,
    changes,
    versions,
    operators,
    position,
    bytes: bytes.length,
    seconds,
    notes: all,
  }
  return { text: text.join('\n'), json, status: 0, ...(!target && { bytes }) }
}

// --- requests ------------------------------------------------------------------------------------

const judgeOptions: Record<string, Option> = {
  registry: {
    value: 'FILE',
    help: 'a registry from `sortition replay`; unless given, the logs are replayed',
  },
  logs: { ...logsOption, required: true },
  policy: { value: 'POLICY', help: 'uncapped or owner-cap; that of the request unless given' },
  'chain-id': { value: 'ID', help: 'the number of the chain, for seeds that follow from random words' },
  ...contractOptions,
}
const requestOptions: Record<string, Option> = {
  ...judgeOptions,
  e3: { value: 'ID', help: 'the request, by its e3Id: decimal, or 0x', required: true },
  threshold: { value: 'H,N', help: 'threshold and size of the committee, where the logs do not say them' },
  seed: { value: 'SEED', help: 'the seed, where the hash of the entropy block is not among the logs' },
  'block-hash': { value: 'HASH', help: 'the hash of the entropy block' },
  'random-word': {
    value: 'WORD',
    help: 'in place of the block hash; with --request-id, --registry-address and --chain-id',
  },
  'request-id': { value: 'ID', help: 'of the random word' },
  'registry-address': { value: 'ADDRESS', help: 'of the contract that asked for the word' },
  limit: {
    value: 'NUMBER',
    help: 'how many tickets may be hashed for the ideal committee; 2^28 unless given',
  },
}

function judgeOptionsOf(args: Arguments): JudgeOptions {
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

interface Opened {
  registry: NodeRegistry
  draws: Map<bigint, DrawLogs>
  /** What was passed over, and what is taken. */
  notes: string[]
}

/** The registry and the logs, read together. */
async function open(args: Arguments): Promise<Opened> {
  const before = args.has('registry') ? await loadRegistry(args.required('registry')) : NodeRegistry.empty()
  const logs = await logsOf(args)
  const { registry, notes } = continued(before, logs)
  return { registry, draws: usable(() => drawsIn(logs)), notes: [...logs.notes, ...notes] }
}

interface Checked extends Opened {
  judgement: Judgement
}

/** UnusableInput for a request that is not there, and for one that cannot be judged. */
async function check(args: Arguments): Promise<Checked> {
  const e3Id = numberOf(args, 'e3')
  const options = judgeOptionsOf(args)
  const opened = await open(args)
  const draw = opened.draws.get(e3Id)
  if (!draw)
    throw new UnusableInput(
      `the logs have no request of e3Id ${idText(e3Id)}${knownText([...opened.draws.keys()])}`,
    )
  const judgement = judgeDraw(opened.registry, draw, options)
  if (judgement.status === 'cannot be judged') throw new UnusableInput(sentenceOf(judgement))
  return { ...opened, judgement }
}

const mostNamed = 5
function knownText(ids: bigint[]): string {
  if (ids.length === 0) return ', and no other'
  const more = ids.length - mostNamed
  return `; they have ${ids.slice(0, mostNamed).map(idText).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function sentenceOf({ sentence }: Verdict): string {
  return sentence.replace(/\.$/, '')
}

const exitStatus: Record<Status, ExitStatus> = { right: 0, wrong: 1, 'cannot be judged': 2, 'not decided': 3 }

async function verify(args: Arguments): Promise<Result> {
  const { judgement, notes } = await check(args)
  const { report, sentence, status, e3Id } = judgement
  const text = [
    report ? format(report, judgement.seedSource) : `Request ${idText(e3Id)}\n\n${sentence}\n${giveText}`,
    ...(notes.length > 0 ? ['', ...notes.map((note) => `Note: ${note}.`)] : []),
    '',
    assumption,
  ]
  const json = toJson({ ...report, ok: status === 'right', status, sentence, e3Id, logNotes: notes })
  return { text: text.join('\n'), json, status: exitStatus[status] }
}

/** Where a seed is missing. */
const giveText =
  'Give --block-hash or --seed, or --chain-id and --threshold for a request with a random word.'

/** As `plainJson` has it, as a value. */
function toJson(v: unknown): unknown {
  return JSON.parse(plainJson(v))
}

async function list(args: Arguments): Promise<Result> {
  const options: JudgeOptions = { ...judgeOptionsOf(args), limit: 0 }
  const { registry, draws, notes } = await open(args)
  const rows = [...draws.values()].map((draw) => {
    const { status, sentence, e3Id } = judgeDraw(registry, draw, options)
    return { e3Id, time: Number(draw.time), status, sentence }
  })
  const text = [
    ...(rows.length > 0
      ? table(rows.map(({ e3Id, time, sentence }) => [idText(e3Id), timeText(time), sentence]))
      : ['The logs have no requests.']),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `Note: ${note}.`)] : []),
  ]
  const worst = (['cannot be judged', 'wrong', 'not decided'] as const).find((status) =>
    rows.some((row) => row.status === status),
  )
  const first = rows.some(({ status }) => status === 'wrong') ? 'wrong' : (worst ?? 'right')
  return { text: text.join('\n'), json: toJson({ requests: rows, notes }), status: exitStatus[first] }
}

/** The report of a request; what is not decided for want of a seed has none. */
async function reported(args: Arguments): Promise<{ registry: NodeRegistry; report: Report }> {
  const { registry, judgement } = await check(args)
  if (!judgement.report) throw new UnusableInput(sentenceOf(judgement))
  return { registry, report: judgement.report }
}

/** The second of `--at`. */
function timepointOf(args: Arguments): bigint {
  return secondsOf(args.required('at').replace(/^@/, ''), '--at')
}

async function explainCommand(args: Arguments): Promise<Result> {
  const operator = addressOf(args, 'operator')
  if (args.has('at')) return standing(args, operator)
  if (!args.has('e3') || !args.has('logs'))
    throw new UnusableInput(
      'sortition explain needs --e3 and --logs, or --at and one of --registry and --logs',
    )
  const { registry, report } = await reported(args)
  const explanation = usable(() => explain(registry, report, operator))
  return { text: formatExplanation(explanation), json: toJson(explanation), status: 0 }
}

/** Whether an operator could take part at any second. */
async function standing(args: Arguments, operator: Address): Promise<Result> {
  const others = Object.keys(requestOptions).filter((name) => !Object.hasOwn(judgeOptions, name))
  const other = others.find((name) => args.has(name))
  if (other)
    throw new UnusableInput(`--${other} is of a request, and --at of any second: give one of the two`)
  if (!args.has('registry') && !args.has('logs'))
    throw new UnusableInput('sortition explain --at needs --registry or --logs')
  const second = timepointOf(args)
  const { registry, notes } = await open(args)
  const end = registry.position
  if (!end) throw new UnusableInput('there are no logs, and so nothing is known of the operator')
  const options = {
    policy: policyOf(args),
    ...(args.has('price') && { ticketPrice: numberOf(args, 'price') }),
  }
  const said = usable(() => explainAt(registry, operator, second, options))
  const beyond =
    BigInt(end.timestamp) < second ? [`${endsBefore(end.timestamp, second)}: ${nothingBetween}`] : []
  const all = [...notes, ...beyond]
  const text = [formatStanding(said), ...(all.length > 0 ? ['', ...all.map((note) => `Note: ${note}.`)] : [])]
  return { text: text.join('\n'), json: toJson({ ...said, notes: all }), status: 0 }
}
const nothingBetween = 'it is taken that nothing happened between'

// --- committee -----------------------------------------------------------------------------------

async function committee(args: Arguments): Promise<Result> {
  if (args.has('logs')) {
    const { report } = await reported(args)
    const { committee: seats, ideal } = report
    const text = [
      seats.length > 0
        ? 'Committee that follows from the submissions'
        : 'No committee follows from the submissions.',
      ...(seats.length > 0 ? winnerTable('party', seats, 0) : []),
      '',
      'For information: had everyone submitted its best ticket',
      ...winnerTable('rank', ideal, 1),
    ]
    return { text: text.join('\n'), json: toJson({ committee: seats, ideal }), status: 0 }
  }
  for (const name of ['registry', 'at', 'seed', 'size', 'price']) {
    if (!args.has(name))
      throw new UnusableInput(`sortition committee needs --${name}, or the request among --logs`)
  }
  const size = Number(numberOf(args, 'size'))
  const registry = await loadRegistry(args.required('registry'))
  const second = timepointOf(args)
  const ideal = usable(() =>
    selectCommittee(registry.eligible(second), {
      e3Id: numberOf(args, 'e3'),
      seed: numberOf(args, 'seed'),
      ticketPrice: numberOf(args, 'price'),
      size,
      policy: policyOf(args) ?? 'uncapped',
      ...(args.has('limit') && { limit: numberOf(args, 'limit') }),
    }),
  )
  const missing = size - ideal.length
  const text = [
    ...winnerTable('rank', ideal, 1),
    ...(missing > 0 ? ['', `${missing} seats stay empty: only ${ideal.length} operators can be drawn.`] : []),
  ]
  return { text: text.join('\n'), json: toJson({ ideal }), status: 0 }
}

function winnerTable(number: string, winners: readonly Winner[], first: number): string[] {
  const rows = winners.map((w, i) => [
    `${first + i}`,
    w.node,
    `${w.ticket}`,
    `0x${w.score.toString(16).padStart(64, '0')}`,
  ])
  return table([[number, 'operator', 'ticket', 'score'], ...rows], [0, 2])
}

export const sortitionCommands: Command[] = [
  {
    name: 'sortition replay',
    summary: 'replay logs into a registry file, which keeps every version',
    options: {
      logs: { ...logsOption, required: true },
      out: {
        value: 'FILE',
        help: 'the registry; if it is there already, the replay goes on where it ends; - is standard output',
        required: true,
      },
      ...contractOptions,
    },
    details: logForms,
    run: replay,
  },
  {
    name: 'sortition verify',
    summary: 'check a draw: its seed, every submission, the committee',
    options: requestOptions,
    details: `${logForms}\n${statuses}`,
    run: verify,
  },
  {
    name: 'sortition list',
    summary: 'show all requests among logs, each with its verdict',
    options: judgeOptions,
    details: `${logForms}\nExit status: 1 when a draw is wrong; else 2 when one cannot be judged; else 3 when one is not decided; else 0.`,
    run: list,
  },
  {
    name: 'sortition committee',
    summary: 'draw a committee: that of a request, or any at a second',
    options: {
      ...requestOptions,
      logs: {
        ...logsOption,
        help: 'the request and its submissions; without them --at, --seed, --size and --price are needed',
      },
      at: {
        value: 'TIME',
        help: 'a second or an ISO date; for a request, the second before it',
      },
      size: { value: 'N', help: 'how many seats' },
      price: { value: 'PRICE', help: 'of one ticket' },
    },
    details:
      'With --logs: the committee that follows from the submissions, and for information the committee that would follow if\n' +
      `each operator had submitted its best ticket. Without: the latter, from --registry, --at, --seed, --size and --price.\n${logForms}`,
    run: committee,
  },
  {
    name: 'sortition explain',
    summary: 'say why an operator was selected or was not, or whether it could take part at any second',
    options: {
      operator: { value: 'ADDRESS', help: 'the operator', required: true },
      ...requestOptions,
      e3: { ...requestOptions.e3!, required: false },
      logs: {
        ...logsOption,
        help: 'the request and its submissions; with --at the logs of the registry',
      },
      at: {
        value: 'TIME',
        help: 'in place of --e3: a second or an ISO date',
      },
      price: { value: 'PRICE', help: 'of one ticket, with --at; that in force then unless given' },
    },
    details:
      'With --e3: the state of the operator one second before the request, its tickets, best score and rank, the score of the\n' +
      'last seat, and what a seat would have needed. With --at: whether it could take part in a draw with the state of that\n' +
      'second, with how many tickets, or why not.\n' +
      logForms,
    run: explainCommand,
  },
]
