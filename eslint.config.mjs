// Rules for TypeScript and JavaScript: recommended ones, with types; tests may hand over what the types
// forbid.
import eslint from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      'build/',
      'dist/',
      'dist-web/',
      '.dist-*/',
      'js/generated/',
      'tests/package/projects/',
      'bench/results/',
    ],
  },
  eslint.configs.recommended,
  {
    // Comments have the width of the code. Tables, commands and addresses stay in a line.
    rules: {
      'max-len': [
        'error',
        { code: 1000, comments: 110, ignorePattern: '\\||\\S {3,}\\S|^ *//? {5}|---|://' },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // V8 compiles an expression at its first use. Near the end of the stack that is a SyntaxError, or ends
    // the process.
    files: ['js/{map,codec,wasm,snapshot,digest}/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Literal[regex]', message: 'maps are used where the stack ends' },
      ],
    },
  },
  {
    // Tests hand over what the types forbid.
    files: ['tests/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off', // depends on whether dist/ has types yet
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'preserve-caught-error': 'off',
      // One way to Jest: the functions are global; only the object `jest` is not, in ES modules.
      'no-restricted-imports': ['error', { paths: [{ name: '@jest/globals', allowImportNames: ['jest'] }] }],
    },
  },
  {
    files: ['tests/browser/**/*.{js,cjs}', 'tests/package/projects/bundled/**/*.js', 'js/web/**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['document', 'window', 'location', 'Worker', 'postMessage', 'XMLHttpRequest'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'Buffer',
          'URL',
          'performance',
          'require',
          'module',
          '__dirname',
          'setTimeout',
          'clearTimeout',
          'TextEncoder',
          'TextDecoder',
          'WebAssembly',
          'globalThis',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
)
