// The package in CommonJS under Jest.
const { use } = require('./use.cjs')

test('the package works in CommonJS under Jest', () => {
  expect(use()).toEqual({ hello: 42, world: '100', proved: 42, ticket: 3, shown: 'Hamt(1)' })
})
