import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/*.fixture.ts', '**/*.contract.ts', '**/fixtures/**/*.ts'];

/** kafkajs takes this field of any error as its own verdict on whether to try again. */
const forbiddenNames = [
  {
    selector: 'ObjectExpression > Property[key.name="retriable"], PropertyDefinition[key.name="retriable"]',
    message: 'Name it anything but "retriable": kafkajs reads a field of that name.',
  },
];

/** The core gets time and randomness as arguments: the same input gives the same verdict on any machine. */
const impureExpressions = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
    message: 'The core has no clock: take the time as an argument.',
  },
];

/** Only types may name a promise: the port that a store implements is declared beside the windows. */
const asynchronousExpressions = [
  {
    selector:
      ':function[async=true], AwaitExpression, ForOfStatement[await=true], :not(TSTypeReference) > Identifier[name="Promise"]',
    message: 'Windows, scoring, rules and learning answer at once: I/O belongs to the services.',
  },
];

const impureGlobals = [
  'process',
  'console',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
].map((name) => ({ name, message: 'The core has no environment, clock or output: take it as an argument.' }));

const impureProperties = [
  { object: 'Date', property: 'now', message: 'The core has no clock: take the time as an argument.' },
  { object: 'Math', property: 'random', message: 'The core has no chance: take randomness as an argument.' },
  ...['log', 'log1p', 'log2', 'log10', 'exp', 'expm1', 'pow', 'cbrt'].map((property) => ({
    object: 'Math',
    property,
    message: 'Its last bits differ between machines: use ln and exp of @weir/windows.',
  })),
];

export default defineConfig(
  globalIgnores(['**/node_modules/', '**/dist/', '.weir/', '.turbo/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        // node:test waits for its tests by itself.
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Our objects are records of functions without `this`; the rule is made for classes.
      '@typescript-eslint/unbound-method': 'off',
      // Ports are asynchronous by contract, also where an adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // What was caught may be passed on as it came.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', ...forbiddenNames] },
  },
  {
    files: ['packages/{windows,scoring,rules,learning,contracts}/src/**/*.ts'],
    ignores: [...tests, 'packages/contracts/src/generate/**'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': ['error', ...impureProperties],
      'no-restricted-syntax': ['error', ...forbiddenNames, ...impureExpressions],
    },
  },
  {
    files: ['packages/{windows,scoring,rules,learning}/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-syntax': ['error', ...forbiddenNames, ...impureExpressions, ...asynchronousExpressions],
    },
  },
);
