// Verifies every draw that follow-chain.ts has put into its files, and says what is wrong with those that are not right.
//
//     node verify-all.js [registry.hamt] [draws.json]
//
// Exit status: 0 when all are right, 1 when one is wrong, 3 when none is wrong and one is not decided (it has no result yet), 2 when
// the files cannot be used, or what they say of a draw contradicts itself.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  applyLogs,
  drawsIn,
  format,
  idText,
  judgeDraw,
  NodeRegistry,
  readLogs,
  type Judgement,
  type Logs,
  type Report,
} from 'hamt-wasm/sortition'

/** A judgement, with what its report says where there is one. */
export type Judged = Judgement & Partial<Report>

/** One a request, in the order of the chain. */
export function verifyAll(registry: NodeRegistry, logs: Logs): Judged[] {
  return [...drawsIn(logs).values()].map((draw) => {
    const judgement = judgeDraw(registry, draw)
    return { ...judgement.report, ...judgement }
  })
}

/** Reads the file of draws. */
export function readDraws(file: string): Logs {
  return readLogs([{ name: file, content: readFileSync(file) }])
}

function main([registryFile = 'registry.hamt', drawsFile = 'draws.json']: string[]): void {
  const logs = readDraws(drawsFile)
  const { registry } = applyLogs(NodeRegistry.deserialize(readFileSync(registryFile)), logs)
  const judged = verifyAll(registry, logs)
  for (const { e3Id, status, sentence, report } of judged) {
    console.log(`${idText(e3Id)}  ${sentence}`)
    if (status === 'wrong' && report) console.log(`${format(report)}\n`)
  }
  const count = (status: Judgement['status']) => judged.filter((j) => j.status === status).length
  const [wrong, open, unusable] = [count('wrong'), count('not decided'), count('cannot be judged')]
  console.log(
    `${judged.length} draws: ${count('right')} right, ${wrong} wrong, ${open} not decided, ${unusable} that cannot be judged`,
  )
  process.exitCode = wrong > 0 ? 1 : unusable > 0 ? 2 : open > 0 ? 3 : 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2))
  } catch (e) {
    console.error(e instanceof Error ? e.message : e)
    process.exitCode = 2
  }
}
