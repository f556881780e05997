// Tests import the package by its name, and get the built dist/ through package.json's own "exports"; only
// tests of internals import sources, by their .js names as TypeScript wants them.
import { availableParallelism } from 'node:os'

/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  resolver: '<rootDir>/wasm-build/jest-resolver.cjs',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
}

/** @type {import('jest').Config} */
export default {
  testTimeout: 60_000, // machines that build something else meanwhile are slow
  // In processes of their own, of which each ends when a file has left this much behind: modules of a file
  // are never freed, and tests that collect garbage take as long as the heap is large.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  workerIdleMemoryLimit: '300MB',
  projects: ['js', 'browser', 'package'].map((name) => ({
    ...common,
    displayName: name,
    roots: [`<rootDir>/tests/${name}`],
    ...(name === 'js' && { setupFiles: ['<rootDir>/tests/js/support/store-setting.ts'] }),
  })),
}
