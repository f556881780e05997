// One verdict, in one sentence: a report as text, the draw as it is judged, and the command line.
import { spawnSync } from 'node:child_process'
import { applyLogs, drawsIn, evidenceOf, format, judgeDraw, LogError } from 'hamt-wasm/sortition'
import {
  type DrawLogs,
  type JudgeOptions,
  type Judgement,
  NodeRegistry,
  readLogs,
  verdictOf,
  verifyRequest,
} from 'hamt-wasm/sortition'
import { program } from './support/command-line.js'
import {
  cases,
  contentOf,
  type EvidenceCase,
  evidenceFile,
  optionsOf,
  registryOf,
} from './support/evidence.js'

const words = { right: 'right', wrong: 'wrong', undecided: 'not decided' }
const verdictLines = (text: string) =>
  text.split('\n').filter((line) => /^(right|wrong|not decided|cannot be judged)\b/i.test(line))

/** What a report says, and its text, is the verdict on the draw. Whether there is a report. */
function expectOneVerdict({ report, status, sentence, seedSource }: Judgement): boolean {
  if (!report) return false
  expect(words[report.verdict]).toBe(status)
  expect(verdictOf(report)).toEqual({ status, sentence })
  expect(verdictLines(format(report, seedSource))).toEqual([sentence])
  expect(report.undecided === undefined).toBe(status !== 'not decided')
  return true
}

/** The same by the calls of a program that gathers the evidence itself. */
function expectSameByHand(registry: NodeRegistry, draw: DrawLogs, options: JudgeOptions): void {
  const judgement = judgeDraw(registry, draw, options)
  if (!expectOneVerdict(judgement)) return
  const gathered = evidenceOf(draw, options)
  if (gathered.needed !== undefined) return
  const report = verifyRequest(registry, gathered.evidence)
  expect(verdictLines(format(report))).toEqual([judgement.sentence])
}

type Row = [name: string, NodeRegistry, DrawLogs, JudgeOptions]

/** The draws of a case; none where its logs are refused. */
function drawsOf(given: EvidenceCase): Row[] {
  try {
    const logs = readLogs(given.logs.map((name) => ({ name, content: contentOf(given, name) })))
    const { registry } = applyLogs(registryOf(given.registry), logs)
    return [...drawsIn(logs).values()].map((draw) => {
      const name = `${given.logs.join()} ${given.kind ?? ''} ${draw.e3Id}`
      return [name, registry, draw, optionsOf(given).options]
    })
  } catch (e) {
    if (e instanceof LogError) return []
    throw e
  }
}
const judged = cases.flatMap(drawsOf)

test('the corpus has reports of each status', () => {
  const statuses = judged.map(([, registry, draw, options]) => {
    const { report, status } = judgeDraw(registry, draw, options)
    return report && status
  })
  for (const status of Object.values(words)) expect(statuses).toContain(status)
})

describe('the registry of all logs', () => {
  test.each(judged)('%s', (_, registry, draw, options) => expectSameByHand(registry, draw, options))
})

describe('a registry that ends anywhere before the request decides nothing', () => {
  test.each(judged)('%s', (_, registry, draw, options) => {
    const ends = new Set(registry.timepoints().filter((second) => second < draw.time - 1n))
    for (const second of ends) {
      const early = before(registry, second)
      const judgement = judgeDraw(early, draw, options)
      expect(['not decided', 'cannot be judged']).toContain(judgement.status)
      expectSameByHand(early, draw, options)
    }
  })

  /** What a registry has up to a second, that included. */
  function before(registry: NodeRegistry, second: bigint): NodeRegistry {
    let [low, high] = [0n, BigInt(registry.position!.blockNumber) + 1n]
    while (low < high) {
      const middle = (low + high) / 2n
      const position = registry.before({ blockNumber: middle }).position
      if (position && BigInt(position.timestamp) > second) high = middle
      else low = middle + 1n
    }
    return registry.before({ blockNumber: low - 1n })
  }

  test('without any registry, by a program: no violation convicts', () => {
    for (const [, registry, draw, options] of judged) {
      if (!judgeDraw(registry, draw, options).report || draw.time <= 1n) continue
      const gathered = evidenceOf(draw, options)
      if (gathered.needed !== undefined) continue
      const report = verifyRequest(NodeRegistry.empty(), gathered.evidence)
      expect(report.verdict).toBe('undecided')
      expect(verdictLines(format(report))).toEqual([
        expect.stringMatching(/^Not decided: the registry ends before /),
      ])
    }
  })
})

test('the command line says a verdict once, and its JSON the same word twice', () => {
  const { NODE_OPTIONS: _, ...env } = process.env
  for (const name of ['right.json', 'winner-left.json', 'still-open.json']) {
    const verify = (...more: string[]) =>
      spawnSync(process.execPath, [program, 'sortition', 'verify', '--logs', name, '--e3', '7', ...more], {
        cwd: evidenceFile(''),
        env,
        encoding: 'utf8',
      }).stdout
    const said = JSON.parse(verify('--json')) as {
      verdict: keyof typeof words
      status: string
      sentence: string
    }
    expect(words[said.verdict]).toBe(said.status)
    expect(verdictLines(verify())).toEqual([said.sentence])
  }
})
