// Libraries that compare values, asked about every pair of maps in every state. main.cjs <node_modules>
const assert = require('node:assert')
const path = require('node:path')
const hamt = require('hamt-wasm')
const { makeMaps } = require('./maps.cjs')

const from = (name) => require(path.join(process.argv[2], name))

// They find two maps equal exactly when these are.
const exact = {
  dequal: from('dequal').dequal,
  'dequal/lite': from('dequal/lite').dequal,
  radash: from('radash').isEqual,
  remeda: from('remeda').isDeepEqual,
  concordance: (a, b) => from('concordance').compare(a, b).pass,
  ramda: from('ramda').equals,
  underscore: from('underscore').isEqual,
}
// They find a map equal to itself only.
const identical = {
  'fast-deep-equal': from('fast-deep-equal'),
  'fast-deep-equal/es6': from('fast-deep-equal/es6'),
  'react-fast-compare': from('react-fast-compare'),
  'fast-equals': from('fast-equals').deepEqual,
}

const maps = makeMaps(hamt)
let compared = 0
for (const a of maps) {
  for (const b of maps) {
    const expectations = [
      [exact, a.equals(b)],
      [identical, a === b],
    ]
    for (const [libraries, expected] of expectations) {
      for (const [name, equal] of Object.entries(libraries)) {
        for (const pair of [
          [a, b],
          [{ props: { a } }, { props: { a: b } }],
        ]) {
          assert.strictEqual(
            equal(...pair),
            expected,
            `${name} of maps ${maps.indexOf(a)} and ${maps.indexOf(b)}`,
          )
          compared++
        }
      }
    }
  }
}
console.log(compared)
