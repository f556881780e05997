// (a) The seed: does it follow from the block hash or the random word?
import { hex } from './report.js'
import { seedFromBlockHash, seedFromVrf } from './score.js'
import { scoreOf, type Verification } from './verification.js'

/** The seed to score with. Of contradicting ones the one that explains most submissions. */
export function checkSeed({ evidence, violations }: Verification): bigint {
  const { seed: given, blockHash, vrf, submissions } = evidence
  const { e3Id } = evidence.request.args
  const sources: { name: string; seed: bigint }[] = []
  if (blockHash !== undefined)
    sources.push({ name: 'the block hash', seed: seedFromBlockHash({ blockHash, e3Id }) })
  if (vrf !== undefined) sources.push({ name: 'the random word', seed: seedFromVrf({ ...vrf, e3Id }) })
  for (const source of sources) {
    const other = given ?? sources[0]!.seed
    if (source.seed === other) continue
    violations.push({
      code: 'seed',
      message: `the seed is ${hex(other)}, but from ${source.name} follows ${hex(source.seed)}`,
      expected: source.seed,
    })
  }
  // Of contradicting seeds the one goes on that explains more submissions, so that the report names one fault and not
  // all that follow from it.
  const explained = (s: bigint) =>
    submissions.filter(({ args }) => scoreOf(args, e3Id, s) === args.score).length
  const seeds = [...new Set([...sources.map((s) => s.seed), ...(given === undefined ? [] : [given])])]
  const counts = seeds.map(explained)
  const best = counts.indexOf(Math.max(...counts))
  if (counts[best] === 0 && submissions.length > 1 && !violations.some((v) => v.code === 'seed')) {
    violations.push({
      code: 'seed',
      message: `no submitted score follows from the seed ${hex(seeds[best]!)}`,
    })
  }
  return seeds[best]!
}
