// Commands for the draw of committees.
import { existsSync } from 'node:fs'
import { SnapshotError } from '../index.js'
import {
  explain,
  format,
  formatExplanation,
  NodeRegistry,
  selectCommittee,
  table,
  verifyRequest,
  type Address,
  type Policy,
  type RegistryEvent,
  type Report,
  type RequestEvidence,
  type Winner,
} from '../sortition/index.js'
import { type Arguments, type Command, type Option, type Result, UnusableInput } from './command.js'
import { nameOf, read, write } from './files.js'
import { integer, type Contracts, type Logs, readLogs } from './logs.js'
import { withProgress } from './progress.js'
import { value } from './text.js'

const logsOption: Option = {
  value: 'FILE',
  help: 'logs as JSON; may be given several times; - is standard input',
  multiple: true,
}
const contractOptions: Record<string, Option> = {
  'ciphernode-registry': {
    value: 'ADDRESS',
    help: 'whose raw logs to read, where several contracts emit such events',
  },
  'bonding-registry': { value: 'ADDRESS', help: 'the same for the bonding registry' },
}
const logForms =
  'Logs are raw, as eth_getLogs gives them, each with its blockTimestamp or with { logs, blocks: [{ number, hash, timestamp }] }\n' +
  'around them (this needs the package viem); or decoded: [{ eventName, args, blockNumber, logIndex, timestamp }].'

function logsOf(args: Arguments): Logs {
  const contracts: Contracts = {}
  if (args.has('ciphernode-registry'))
    contracts.ciphernodeRegistry = addressOf(args, 'ciphernode-registry').toLowerCase()
  if (args.has('bonding-registry'))
    contracts.bondingRegistry = addressOf(args, 'bonding-registry').toLowerCase()
  return readLogs(args.list('logs'), contracts)
}

function addressOf(args: Arguments, name: string): Address {
  const text = args.required(name)
  if (!/^0x[0-9a-fA-F]{40}$/.test(text))
    throw new UnusableInput(`--${name} must be an address, got '${text}'`)
  return text as Address
}

function numberOf(args: Arguments, name: string): bigint {
  return integer(args.required(name), `--${name}`)
}

function policyOf(args: Arguments): Policy | undefined {
  const policy = args.text('policy')
  if (policy === undefined || policy === 'uncapped' || policy === 'owner-cap') return policy
  throw new UnusableInput(`--policy must be uncapped or owner-cap, got '${policy}'`)
}

function loadRegistry(path: string): NodeRegistry {
  try {
    return NodeRegistry.deserialize(read(path))
  } catch (e) {
    if (e instanceof SnapshotError) throw new UnusableInput(`${nameOf(path)}: ${e.message}`)
    throw e
  }
}

/** The registry after those of `events` that it has not seen. */
function replayOnto(
  registry: NodeRegistry,
  events: RegistryEvent[],
): { registry: NodeRegistry; applied: number } {
  const { position } = registry
  const isNew = (e: RegistryEvent) =>
    !position ||
    e.blockNumber > BigInt(position.blockNumber) ||
    (e.blockNumber === BigInt(position.blockNumber) && e.logIndex > position.logIndex)
  const fresh = events.filter(isNew)
  for (const event of withProgress('replaying', fresh)) {
    try {
      registry = registry.apply(event)
    } catch (e) {
      throw new UnusableInput(
        `${event.eventName} at block ${event.blockNumber}, log ${event.logIndex}: ${(e as Error).message}`,
      )
    }
  }
  return { registry, applied: fresh.length }
}

// --- replay --------------------------------------------------------------------------------------

function replay(args: Arguments): Result {
  const out = args.required('out')
  const before = existsSync(out) ? loadRegistry(out) : NodeRegistry.empty()
  const { events } = logsOf(args)
  const start = performance.now()
  const { registry, applied } = replayOnto(before, events)
  const seconds = (performance.now() - start) / 1000
  const bytes = registry.serialize()
  write(out, bytes)
  const known = events.length - applied
  const versions = registry.timepoints().length
  const json = {
    applied,
    known,
    changes: registry.changes,
    versions,
    operators: registry.position ? registry.at(registry.position.timestamp).size : 0,
    position: registry.position,
    bytes: bytes.length,
    seconds,
  }
  const text = [
    `${applied} events replayed${known > 0 ? `, ${known} were known already` : ''}; ${json.operators} operators, ${versions} versions`,
    `${out}: ${value.bytes(bytes.length)}${registry.position ? `, up to block ${registry.position.blockNumber}, log ${registry.position.logIndex}` : ''}`,
  ]
  return { text: text.join('\n'), json, status: 0 }
}

// --- one request ---------------------------------------------------------------------------------

const requestOptions: Record<string, Option> = {
  registry: {
    value: 'FILE',
    help: 'a registry from `sortition replay`; unless given, the logs are replayed',
  },
  logs: { ...logsOption, required: true },
  e3: { value: 'ID', help: 'the request, by its e3Id: decimal, or 0x', required: true },
  seed: { value: 'SEED', help: 'the seed, where the hash of the entropy block is not among the logs' },
  'block-hash': { value: 'HASH', help: 'the hash of the entropy block' },
  'random-word': { value: 'WORD', help: 'of newer deployments; then also the next three' },
  'request-id': { value: 'ID', help: 'of the random word' },
  'chain-id': { value: 'ID', help: 'of the chain' },
  'registry-address': { value: 'ADDRESS', help: 'of the contract that asked for the word' },
  policy: { value: 'POLICY', help: 'uncapped (the default), or owner-cap' },
  limit: {
    value: 'NUMBER',
    help: 'how many tickets may be hashed for the ideal committee; 2^28 unless given',
  },
  ...contractOptions,
}

interface Checked {
  registry: NodeRegistry
  report: Report
}

function check(args: Arguments): Checked {
  const e3Id = numberOf(args, 'e3')
  const logs = logsOf(args)
  const { registry } = args.has('registry')
    ? { registry: loadRegistry(args.required('registry')) }
    : replayOnto(NodeRegistry.empty(), logs.events)
  const evidence = evidenceOf(args, logs, e3Id)
  return { registry, report: usable(() => verifyRequest(registry, evidence)) }
}

/** What the library refuses is input that nothing can be done with. */
function usable<T>(f: () => T): T {
  try {
    return f()
  } catch (e) {
    if (e instanceof TypeError || e instanceof RangeError) throw new UnusableInput(e.message)
    throw e
  }
}

function evidenceOf(args: Arguments, logs: Logs, e3Id: bigint): RequestEvidence {
  const mine = (name: string) =>
    logs.events.filter((e) => e.eventName === name && (e.args as { e3Id?: bigint }).e3Id === e3Id) as never[]
  const requests = mine('CommitteeRequested') as (RegistryEvent & { args: { entropyBlock: bigint } })[]
  if (requests.length !== 1) {
    throw new UnusableInput(
      requests.length === 0
        ? `the logs have no request of e3Id ${e3Id}`
        : `the logs have ${requests.length} requests of e3Id ${e3Id}`,
    )
  }
  const evidence: RequestEvidence = {
    request: requests[0] as never,
    submissions: mine('TicketSubmitted'),
    finalized: mine('SortitionCommitteeFinalized')[0] ?? mine('CommitteeFormationFailed')[0],
    policy: policyOf(args),
    limit: args.has('limit') ? numberOf(args, 'limit') : undefined,
  }
  if (args.has('seed')) evidence.seed = numberOf(args, 'seed')
  if (args.has('random-word')) {
    for (const name of ['request-id', 'chain-id', 'registry-address']) {
      if (!args.has(name)) throw new UnusableInput(`--random-word needs --${name}`)
    }
    evidence.vrf = {
      randomWord: numberOf(args, 'random-word'),
      requestId: numberOf(args, 'request-id'),
      chainId: numberOf(args, 'chain-id'),
      registry: addressOf(args, 'registry-address'),
    }
  }
  const hash =
    args.text('block-hash') ?? (evidence.vrf ? undefined : logs.hashes.get(requests[0]!.args.entropyBlock))
  if (hash !== undefined) evidence.blockHash = hash as `0x${string}`
  if (evidence.seed === undefined && evidence.blockHash === undefined && evidence.vrf === undefined) {
    throw new UnusableInput(
      `the logs do not have the hash of block ${requests[0]!.args.entropyBlock}, from which the seed follows: give --block-hash or --seed`,
    )
  }
  return evidence
}

function verify(args: Arguments): Result {
  const { report } = check(args)
  return { text: format(report), json: report, status: report.ok ? 0 : 1 }
}

function explainCommand(args: Arguments): Result {
  const operator = addressOf(args, 'operator')
  const { registry, report } = check(args)
  const explanation = explain(registry, report, operator)
  return { text: formatExplanation(explanation), json: explanation, status: 0 }
}

// --- committee -----------------------------------------------------------------------------------

function committee(args: Arguments): Result {
  if (args.has('logs')) {
    const { report } = check(args)
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
    return { text: text.join('\n'), json: { committee: seats, ideal }, status: 0 }
  }
  for (const name of ['registry', 'at', 'seed', 'size', 'price']) {
    if (!args.has(name))
      throw new UnusableInput(`sortition committee needs --${name}, or the request among --logs`)
  }
  const size = Number(numberOf(args, 'size'))
  const ideal = usable(() =>
    selectCommittee(loadRegistry(args.required('registry')).at(numberOf(args, 'at')), {
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
  return { text: text.join('\n'), json: { ideal }, status: 0 }
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
        help: 'the registry; if it is there already, the replay goes on where it ends',
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
    details: `${logForms}\nExit status: 0 the draw is right, 1 it is wrong, 2 unusable input.`,
    run: verify,
  },
  {
    name: 'sortition committee',
    summary: 'draw a committee: that of a request, or any at a second',
    options: {
      ...requestOptions,
      logs: { ...logsOption, help: 'the request and its submissions; without them the next four are needed' },
      at: { value: 'SECOND', help: 'the version in force at this time; for a request of time T it is T - 1' },
      size: { value: 'N', help: 'how many seats' },
      price: { value: 'PRICE', help: 'of one ticket' },
    },
    details:
      'With --logs: the committee that follows from the submissions, and for information the one had everyone submitted its\n' +
      `best ticket. Without: the latter, from --registry, --at, --seed, --size and --price.\n${logForms}`,
    run: committee,
  },
  {
    name: 'sortition explain',
    summary: 'say why an operator was selected or was not',
    options: { operator: { value: 'ADDRESS', help: 'the operator', required: true }, ...requestOptions },
    details: `Shows its state at T - 1, tickets, best score, rank and the cut-off.\n${logForms}`,
    run: explainCommand,
  },
]
