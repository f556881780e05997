// Commands for the draw of committees.
import {
  type Address,
  assumption,
  cannotBeJudged,
  endsBefore,
  explain,
  explainAt,
  format,
  formatExplanation,
  formatStanding,
  idText,
  judgeDraw,
  type JudgeOptions,
  NodeRegistry,
  type Report,
  selectCommittee,
  type Status,
  table,
  timeText,
  type Verdict,
  type Winner,
} from '../sortition/index.js'
import { type Arguments, type Command, type ExitStatus, type Result, UnusableInput } from './command.js'
import {
  addressOf,
  check,
  continued,
  contractOptions,
  judgeOptions,
  judgeOptionsOf,
  loadRegistry,
  logForms,
  logsOf,
  logsOption,
  numberOf,
  open,
  policyOf,
  refuseOthers,
  requestOptions,
  timepointOf,
  Unjudged,
  usable,
} from './evidence.js'
import { isStandardOutput, nameOf, targetOf, write } from './files.js'
import { plainJson, value } from './text.js'

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
    ...noted(all),
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

const statuses =
  'Exit status: 0 right, 1 wrong, 2 cannot be judged or unusable input, 3 not decided: the draw is open, or its seed unknown.'

const exitStatus: Record<Status, ExitStatus> = { right: 0, wrong: 1, 'cannot be judged': 2, 'not decided': 3 }

/**
 * A command about draws. With `--json` what it refuses is a verdict, too, in the form of what it gives
 * otherwise.
 */
function judging(run: (args: Arguments) => Promise<Result>, form: (verdict: Verdict) => object) {
  return async (args: Arguments): Promise<Result> => {
    try {
      return await run(args)
    } catch (e) {
      if (!(e instanceof UnusableInput)) throw e
      if (!(e instanceof Unjudged)) throw new UnusableInput(e.message, form(cannotBeJudged(e.message)))
      const { status, sentence, e3Id } = e.judgement
      throw new UnusableInput(e.message, toJson({ ...form({ status, sentence }), e3Id }))
    }
  }
}

const noted = (notes: readonly string[]) => notes.map((note) => `Note: ${note}.`)

async function verify(args: Arguments): Promise<Result> {
  const { judgement, notes } = await check(args)
  const { report, sentence, status, e3Id } = judgement
  const text = [
    report ? format(report, judgement.seedSource) : `Request ${idText(e3Id)}\n\n${sentence}\n${giveText}`,
    ...(notes.length > 0 ? ['', ...noted(notes)] : []),
    '',
    assumption,
  ]
  const verdict = { ok: status === 'right', status, sentence, e3Id, logNotes: notes, assumed: assumption }
  const json = toJson({ ...report, ...verdict })
  return { text: text.join('\n'), json, status: exitStatus[status] }
}

/** Where a seed is missing. */
const giveText =
  'Give --block-hash, or --chain-id and --threshold for a request with a random word; with --seed all but the seed is checked.'

/** As `plainJson` has it, as a value. */
function toJson(v: unknown): unknown {
  return JSON.parse(plainJson(v))
}

async function list(args: Arguments): Promise<Result> {
  const options: JudgeOptions = { ...judgeOptionsOf(args), limit: 0 }
  const { registry, draws, unrequested, notes } = await open(args)
  const judged = [...draws.values()].map((draw) => {
    const { status, sentence, e3Id, notes } = judgeDraw(registry, draw, options)
    return { e3Id, time: Number(draw.time), status, sentence, notes }
  })
  const others = [...unrequested].map(([e3Id, { timestamp }]) => {
    return { e3Id, time: Number(timestamp), ...cannotBeJudged('its request is not in the logs'), notes: [] }
  })
  const rows = [...judged, ...others]
  const all = [...noted(notes), ...notedOnce(judged.flatMap((row) => row.notes))]
  const text = [
    ...(rows.length > 0
      ? table(rows.map(({ e3Id, time, sentence }) => [idText(e3Id), timeText(time), sentence]))
      : ['The logs have no requests.']),
    ...(all.length > 0 ? ['', ...all] : []),
    ...(rows.length > 0 ? ['', assumption] : []),
  ]
  const worst = (['cannot be judged', 'wrong', 'not decided'] as const).find((status) =>
    rows.some((row) => row.status === status),
  )
  const first = rows.some(({ status }) => status === 'wrong') ? 'wrong' : (worst ?? 'right')
  return {
    text: text.join('\n'),
    json: toJson({ requests: rows, notes, assumed: assumption }),
    status: exitStatus[first],
  }
}

/** How many notes on single draws are shown. */
const mostNotes = 10

/** Notes on many draws, each of them once, and the first of them only. */
function notedOnce(notes: readonly string[]): string[] {
  const different = [...new Set(notes)]
  const more = different.length - mostNotes
  const rest = more > 0 ? [`and ${more} more notes on draws, which --json has`] : []
  return noted([...different.slice(0, mostNotes), ...rest])
}

/**
 * What a command says of a request, with the verdict on its draw and what goes with it, and the status of
 * that.
 */
async function aboutRequest(
  args: Arguments,
  say: (report: Report, registry: NodeRegistry) => { text: string[]; json: object },
): Promise<Result> {
  const { judgement, registry, notes: logNotes } = await check(args)
  const { report, status, sentence, e3Id } = judgement
  const said = report ? say(report, registry) : { text: [`Request ${idText(e3Id)}`, '', giveText], json: {} }
  const notes = [...judgement.notes, ...logNotes]
  const text = [...said.text, '', `The draw: ${sentence}`, ...noted(notes), '', assumption]
  const json = toJson({ ...said.json, draw: { status, sentence, notes, assumed: assumption } })
  return { text: text.join('\n'), json, status: exitStatus[status] }
}

async function explainCommand(args: Arguments): Promise<Result> {
  const operator = addressOf(args, 'operator')
  if (args.has('at')) return standing(args, operator)
  if (!args.has('e3') || !args.has('logs'))
    throw new UnusableInput(
      'sortition explain needs --e3 and --logs, or --at and one of --registry and --logs',
    )
  refuseOthers(args, ['price'], 'any second, with --at', '--e3 of a request')
  return aboutRequest(args, (report, registry) => {
    const { limit } = judgeOptionsOf(args)
    const explanation = usable(() => explain(registry, report, operator, { limit }))
    return { text: [formatExplanation(explanation)], json: explanation }
  })
}

/** Whether an operator could take part at any second. */
async function standing(args: Arguments, operator: Address): Promise<Result> {
  refuseOthers(args, ['chain-id', ...ofRequests], 'a request', '--at of any second')
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
  const all = [...notes, ...notesOfEnd(end.timestamp, second)]
  const text = [formatStanding(said), ...(all.length > 0 ? ['', ...noted(all)] : [])]
  return { text: text.join('\n'), json: toJson({ ...said, notes: all }), status: 0 }
}
/** A note where the registry ends before the second that decides. */
function notesOfEnd(end: number | undefined, second: bigint): string[] {
  const isKnown = end !== undefined && BigInt(end) >= second
  return isKnown ? [] : [`${endsBefore(end, second)}: it is taken that nothing happened between`]
}
/** Options that only a request has. */
const ofRequests = Object.keys(requestOptions).filter((name) => !Object.hasOwn(judgeOptions, name))

// --- committee -----------------------------------------------------------------------------------

async function committee(args: Arguments): Promise<Result> {
  if (args.has('logs')) {
    refuseOthers(args, ['at', 'size', 'price'], 'a committee at any second', '--logs of a request')
    return aboutRequest(args, ({ committee: seats, ideal }) => {
      const text = [
        ...(seats.length > 0
          ? ['Committee that follows from the submissions', ...winnerTable('party', seats, 0)]
          : ['No committee follows from the submissions.']),
        ...(ideal.length > 0
          ? ['', 'For information: had everyone submitted its best ticket', ...winnerTable('rank', ideal, 1)]
          : []),
      ]
      return { text, json: { committee: seats, ideal } }
    })
  }
  for (const name of ['registry', 'at', 'seed', 'size', 'price']) {
    if (!args.has(name))
      throw new UnusableInput(`sortition committee needs --${name}, or the request among --logs`)
  }
  const needed = ['e3', 'seed', 'limit']
  const unused = [
    'chain-id',
    ...Object.keys(contractOptions),
    ...ofRequests.filter((name) => !needed.includes(name)),
  ]
  refuseOthers(args, unused, 'a request, with --logs', '--at of any second')
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
  const notes = notesOfEnd(registry.position?.timestamp, second)
  const text = [
    ...winnerTable('rank', ideal, 1),
    ...(missing > 0 ? ['', `${missing} seats stay empty: only ${ideal.length} operators can be drawn.`] : []),
    ...(notes.length > 0 ? ['', ...noted(notes)] : []),
  ]
  return { text: text.join('\n'), json: toJson({ ideal, notes }), status: 0 }
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
    run: judging(verify, (verdict) => ({ ok: false, ...verdict })),
  },
  {
    name: 'sortition list',
    summary: 'show all requests among logs, each with its verdict',
    options: judgeOptions,
    details: `${logForms}\nExit status: 1 when a draw is wrong; else 2 when one cannot be judged; else 3 when one is not decided; else 0.`,
    run: judging(list, (verdict) => verdict),
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
      `each operator had submitted its best ticket. Without: the latter, from --registry, --at, --seed, --size and --price.\n${logForms}\n` +
      `With --logs, the exit status is that of the draw:\n${statuses}`,
    run: judging(committee, (draw) => ({ draw })),
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
      `${logForms}\nWith --e3, the exit status is that of the draw:\n${statuses}`,
    run: judging(explainCommand, (draw) => ({ draw })),
  },
]
