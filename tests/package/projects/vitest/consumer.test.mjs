// The package under Vitest.
import { expect, test } from 'vitest'
import { use } from './use.mjs'

test('the package works under Vitest', () => {
  expect(use()).toEqual({ hello: 42, world: '100', proved: 42, ticket: 3, shown: 'Hamt(1)' })
})
