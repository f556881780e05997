import * as esbuild from 'esbuild'
import { gzipSync } from 'node:zlib'
const root = process.argv[2]
for (const [n, code] of [['maps', `import { Hamt } from '${root}/index.js'; globalThis.x = Hamt`], ['verify', `import { verifyProof } from '${root}/verify.js'; globalThis.x = verifyProof`]]) {
  const r = await esbuild.build({ stdin: { contents: code, resolveDir: root }, bundle: true, minify: true, format: 'esm', write: false, outfile: 'x.js', logLevel:'error' })
  console.log(n, r.outputFiles[0].contents.length, gzipSync(r.outputFiles[0].contents, { level: 9 }).length)
}
