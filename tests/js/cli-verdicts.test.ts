// Commands about a draw: whatever they print, they say the verdict on it, and end with its status.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assumption } from 'hamt-wasm/sortition'
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
}
interface Verdict {
  status: string
  sentence: string
  notes?: string[]
}
const right = () => JSON.parse(new TextDecoder().decode(evidence('right.json'))) as { logs: Log[] }
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
