// Verifies every draw that follow-chain.ts has put into its files, and says what is wrong with those that are
// not right.
//
//     node verify-all.js [registry.hamt] [draws.json]
//
// Exit status: 1 when a draw is wrong; else 2 when one cannot be judged, or the files cannot be used; else 3
// when one is not decided (it has no result yet); else 0.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  applyLogs,
  assumption,
  cannotBeJudged,
  drawsIn,
  format,
  idText,
  judgeDraw,
  NodeRegistry,
  readLogs,
  unrequested,
  type Judgement,
  type Logs,
  type Report,
} from 'hamt-wasm/sortition'

/** A judgement, with what its report says where there is one. */
export type Judged = Judgement & Partial<Report>

/** One a request, in the order of the chain; then one for each draw whose request is not in the logs. */
export function verifyAll(registry: NodeRegistry, logs: Logs): Judged[] {
  const judged = [...drawsIn(logs).values()].map((draw) => {
    const judgement = judgeDraw(registry, draw)
    return { ...judgement.report, ...judgement }
  })
  const others = [...unrequested(logs.events).keys()].map((e3Id) => {
    return { e3Id, ...cannotBeJudged('its request is not in the logs'), notes: [] }
  })
  return [...judged, ...others]
}

/** 1 when a draw is wrong; else 2 when one cannot be judged; else 3 when one is not decided; else 0. */
export function exitStatusOf(judged: readonly Judged[]): number {
  const has = (status: Judgement['status']) => judged.some((j) => j.status === status)
  return has('wrong') ? 1 : has('cannot be judged') ? 2 : has('not decided') ? 3 : 0
}

/** Reads the file of draws. */
export function readDraws(file: string): Logs {
  return readLogs([{ name: file, content: readFileSync(file) }])
}

/** What is said of draws: each with its verdict, then every note once, and what all of it rests on. */
export function linesOf(judged: readonly Judged[], notes: readonly string[]): string[] {
  const count = (status: Judgement['status']) => judged.filter((j) => j.status === status).length
  return [
    ...judged.flatMap(({ e3Id, status, sentence, report }) => [
      `${idText(e3Id)}  ${sentence}`,
      ...(status === 'wrong' && report ? [`${format(report)}\n`] : []),
    ]),
    ...[...new Set([...notes, ...judged.flatMap((j) => j.notes)])].map((note) => `Note: ${note}.`),
    `${judged.length} draws: ${count('right')} right, ${count('wrong')} wrong, ${count('not decided')} not decided, ` +
      `${count('cannot be judged')} that cannot be judged`,
    assumption,
  ]
}

function main([registryFile = 'registry.hamt', drawsFile = 'draws.json']: string[]): void {
  const logs = readDraws(drawsFile)
  const { registry, notes } = applyLogs(NodeRegistry.deserialize(readFileSync(registryFile)), logs)
  const judged = verifyAll(registry, logs)
  console.log(linesOf(judged, [...logs.notes, ...notes]).join('\n'))
  process.exitCode = exitStatusOf(judged)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2))
  } catch (e) {
    console.error(e instanceof Error ? e.message : e)
    process.exitCode = 2
  }
}
