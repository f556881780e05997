// Commands about a draw: whatever they print, they say the verdict on it, and end with its status.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyLogs, assumption, NodeRegistry } from 'hamt-wasm/sortition'
import { linesOf, readDraws, verifyAll } from '../../js/examples/verify-all.js'
import { dir, program } from './support/command-line.js'
import { evidence, evidenceFile } from './support/evidence.js'

function sortition(...words: string[]) {
  const { NODE_OPTIONS: _, ...env } = process.env
  const options = { cwd: evidenceFile(''), env }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'sortition', ...words], options)
  return { status, out: stdout.toString(), err: stderr.toString() }
}
const operator = `0x${'01'.repeat(20)}`
const of = (name: string) => ['--logs', name, '--e3', '7']

interface Log {
  eventName: string
  args: Record<string, unknown>
  blockNumber: string
}
interface Verdict {
  status: string
  sentence: string
  notes?: string[]
}
const right = () =>
  JSON.parse(new TextDecoder().decode(evidence('right.json'))) as { logs: Log[]; blocks: object[] }
function file(name: string, content: unknown): string {
  const path = join(dir, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

const statuses = ['right', 'wrong', 'cannot be judged', 'not decided']

test.each<[name: string, status: number]>([
  ['right.json', 0],
  ['winner-left.json', 1],
  ['two-committees.json', 2],
  ['two-logs-at-one-place.json', 2],
  ['still-open.json', 3],
  ['no-entropy-hash.json', 3],
])('%s: each command says one verdict, as text and as JSON, with status %i', (name, status) => {
  const verify = sortition('verify', ...of(name), '--json')
  expect(verify).toMatchObject({ status, err: '' })
  const verdict = JSON.parse(verify.out) as Verdict & { ok: boolean }
  expect(verdict.status).toBe(statuses[status])
  expect(verdict.ok).toBe(status === 0)
  const text = sortition('verify', ...of(name))
  expect(text.status).toBe(status)
  if (status === 2)
    expect(verdict.sentence.replace('Cannot be judged: ', '')).toBe(
      `${text.err.replace(/^hamt-wasm: (Cannot be judged: )?/, '').trimEnd()}.`,
    )
  else {
    expect(text.out.split('\n')).toContain(verdict.sentence)
    expect(text.out.endsWith(`\n\n${assumption}\n`)).toBe(true)
    expect(verdict).toMatchObject({ assumed: assumption })
  }

  for (const command of [['committee'], ['explain', '--operator', operator]]) {
    const json = sortition(...command, ...of(name), '--json')
    expect(json).toMatchObject({ status, err: '' })
    const { draw } = JSON.parse(json.out) as { draw: Verdict }
    expect(draw).toMatchObject({ status: verdict.status, sentence: verdict.sentence })
    if (status !== 2) expect(draw).toMatchObject({ assumed: assumption })
    const said = sortition(...command, ...of(name))
    expect(said.status).toBe(status)
    if (status === 2) expect(said).toMatchObject({ out: '', err: text.err })
    else {
      expect(said.out.split('\n')).toContain(`The draw: ${verdict.sentence}`)
      expect(said.out.endsWith(`\n\n${assumption}\n`)).toBe(true)
    }
  }
  const list = sortition('list', '--logs', name, '--json')
  expect(list).toMatchObject({ status, err: '' })
  const { requests = [], ...refused } = JSON.parse(list.out) as Partial<Verdict> & { requests?: Verdict[] }
  const { status: word, sentence } = requests[0] ?? refused
  expect([word, sentence]).toEqual([verdict.status, verdict.sentence])
})

test('standard input under two names: refused', () => {
  for (const words of [
    ['--logs', '-', '--logs', '-'],
    ['--registry', '-', '--logs', '-'],
  ])
    expect(sortition('list', ...words)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^hamt-wasm: --\w+ .*standard input.*, which can be read once\n$/),
    })
})

test('the notes of a verdict go with it: of the draw, and of the logs', () => {
  const noted = (text: string) => text.split('\n').filter((line) => line.startsWith('Note: '))
  const notes = noted(sortition('verify', ...of('right.json')).out)
  expect(notes.join('\n')).toContain('not compared with it: ticket price')
  expect(notes.join('\n')).toContain('no version of the eligibility rules is in the logs')
  for (const command of [['committee'], ['explain', '--operator', operator]]) {
    expect(noted(sortition(...command, ...of('right.json')).out)).toEqual(notes)
    const { draw } = JSON.parse(sortition(...command, ...of('right.json'), '--json').out) as { draw: Verdict }
    expect(draw.notes!.map((note) => `Note: ${note}.`)).toEqual(notes)
  }
})

describe('a hash that contracts can read for 256 blocks alone', () => {
  /** The draw with its first submission so many blocks after the entropy block, 15, and all else after it. */
  function late(blocks: number): string {
    const { logs, ...rest } = right()
    const later = blocks + 15 - Number(logs.find(isSubmission)!.blockNumber)
    const moved = logs.map((log, i) =>
      i < logs.findIndex(isSubmission) ? log : { ...log, blockNumber: `${Number(log.blockNumber) + later}` },
    )
    return file(`late-${blocks}.json`, { logs: moved, ...rest })
  }
  const isSubmission = ({ eventName }: Log) => eventName === 'TicketSubmitted'
  const said =
    /^Note: (\d) of 4 submissions came more than 256 blocks after block 15: it is taken that .*\.$/m

  test.each([
    [250, undefined],
    [256, '3'],
    [257, '4'],
  ])('a first submission %i blocks after: %s are said to be later, by every command', (blocks, count) => {
    const name = late(blocks)
    const commands = [
      ['verify', ...of(name)],
      ['committee', ...of(name)],
      ['explain', '--operator', operator, ...of(name)],
      ['list', '--logs', name],
    ]
    for (const words of commands) {
      const text = sortition(...words)
      expect(text).toMatchObject({ status: 0, err: '' })
      expect(said.exec(text.out)?.[1]).toBe(count)
      const json = sortition(...words, '--json')
      expect(json.out.includes('came more than 256 blocks after block 15')).toBe(count !== undefined)
    }
    const [row] = (JSON.parse(sortition('list', '--logs', name, '--json').out) as { requests: Verdict[] })
      .requests
    expect(row!.notes!.some((note) => said.test(`Note: ${note}.`))).toBe(count !== undefined)
  })

  test('the example that verifies every draw: notes, and what is assumed', () => {
    const draws = readDraws(late(257))
    const lines = linesOf(verifyAll(applyLogs(NodeRegistry.empty(), draws).registry, draws), draws.notes)
    expect(said.exec(lines.join('\n'))?.[1]).toBe('4')
    expect(lines).toContain(assumption)
  })
})

test('list: of many notes on draws the first ten are shown, and JSON has all', () => {
  const { logs, blocks, ...rest } = right()
  const draws = Array.from({ length: 14 }, (_, i) =>
    logs.flatMap((log): Log[] => {
      const args = { ...log.args, e3Id: `${100 + i}` }
      if (log.eventName === 'CommitteeRequested')
        return [{ ...log, args: { ...args, entropyBlock: `${15 + i}` } }]
      return log.args.e3Id === undefined ? [] : [{ ...log, args }]
    }),
  )
  const registry = logs.filter(({ args }) => args.e3Id === undefined)
  const numbered = draws.flatMap((draw, i) => draw.map((log) => ({ ...log, logIndex: 10 + i })))
  const more = draws.map((_, i) => ({
    ...blocks[0]!,
    number: 15 + i,
    hash: `0x${`${10 + i}`.repeat(32)}`,
    timestamp: 150 + 10 * i,
  }))
  const name = file('many.json', { logs: [...registry, ...numbered], blocks: more, ...rest })
  const shown = sortition('list', '--logs', name)
    .out.split('\n')
    .filter((line) => line.startsWith('Note: '))
  const { requests, notes } = JSON.parse(sortition('list', '--logs', name, '--json').out) as {
    requests: Verdict[]
    notes: string[]
  }
  const different = [...new Set(requests.flatMap((row) => row.notes!))]
  expect(different.length).toBeGreaterThan(13)
  expect(shown).toEqual(
    [
      ...notes,
      ...different.slice(0, 10),
      `and ${different.length - 10} more notes on draws, which --json has`,
    ].map((note) => `Note: ${note}.`),
  )
})

describe('list: draws whose request is not among the logs', () => {
  const without = (...names: string[]) => {
    const { logs, ...rest } = right()
    return { ...rest, logs: logs.filter(({ eventName }) => !names.includes(eventName)) }
  }
  const sentence = 'Cannot be judged: its request is not in the logs.'
  test('are rows that cannot be judged', () => {
    const name = file('no-request.json', without('CommitteeRequested'))
    const text = sortition('list', '--logs', name)
    expect(text).toMatchObject({ status: 2, err: '' })
    expect(text.out).toMatch(/^7 +\d{4}-\S+ +Cannot be judged: its request is not in the logs\.\n/)
    expect(text.out).not.toContain('no requests')
    const { requests } = JSON.parse(sortition('list', '--logs', name, '--json').out) as {
      requests: Verdict[]
    }
    expect(requests).toMatchObject([{ e3Id: '7', status: 'cannot be judged', sentence }])
  })
  test('whatever is left of them', () => {
    const ends = ['TicketSubmitted', 'SortitionCommitteeFinalized']
    for (const left of ends) {
      const names = ['CommitteeRequested', ...ends.filter((name) => name !== left)]
      const name = file(`${left}.json`, without(...names))
      expect(sortition('list', '--logs', name)).toMatchObject({
        status: 2,
        out: expect.stringContaining(sentence),
      })
    }
  })
})

describe('an option that a command would not use: refused', () => {
  const any = [
    'committee',
    '--registry',
    'x',
    '--e3',
    '7',
    '--at',
    '5',
    '--seed',
    '5',
    '--size',
    '2',
    '--price',
    '3',
  ]
  const one = `0x${'12'.repeat(20)}`
  test.each<[string, string[], string]>([
    ...['at', 'size', 'price'].map((name): [string, string[], string] => [
      `committee --logs, --${name}`,
      ['committee', ...of('right.json'), `--${name}`, '5'],
      name,
    ]),
    ...['block-hash', 'random-word', 'threshold', 'chain-id', 'bonding-registry'].map(
      (name): [string, string[], string] => [`committee --at, --${name}`, [...any, `--${name}`, '5'], name],
    ),
    ['explain --e3, --price', ['explain', '--operator', one, ...of('right.json'), '--price', '5'], 'price'],
    ...['seed', 'block-hash', 'threshold', 'chain-id', 'limit'].map((name): [string, string[], string] => [
      `explain --at, --${name}`,
      ['explain', '--operator', one, '--logs', 'right.json', '--at', '130', `--${name}`, '5'],
      name,
    ]),
  ])('%s', (_, words, name) => {
    const { status, out, err } = sortition(...words)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(new RegExp(`^hamt-wasm: --${name} .*: give one of the two\n$`))
  })
})
