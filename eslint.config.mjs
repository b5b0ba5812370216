// Type-checked lint of everything written in TypeScript, plain lint of the scripts. The counted rules of
// the style (lengths, no `any`, no default exports) that a linter can check stand here; test/style.test.ts
// checks the others.

import tseslint from 'typescript-eslint';

const NO_DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Export by name.' };

const STYLE = {
  'max-lines': ['error', { max: 250 }],
  'max-lines-per-function': ['error', { max: 60 }],
  'max-len': ['error', { code: 120, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
  eqeqeq: 'error',
  'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT],
};

const USE_RUN_CHILD = 'Start processes by runChild(), which contains them and sets a deadline.';
/** What can start a process, for esquery, whose patterns have no slash. */
const STARTER = '[value=/child_process$|(^|[^\\w-])(index|spawn-contained|exec-contained)[.]js$/]';

export const checked = tseslint.config(
  { ignores: ['build/', 'dist/', 'node_modules/', 'prebuilds/', 'test/drop-in/node/'] },
  {
    files: ['lib/**/*.{ts,mts}', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tsconfig.test.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...STYLE,
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `return resolve()` reads as it is meant
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off', // a describe() is one function
      '@typescript-eslint/no-unused-expressions': 'off', // chai's `expect(x).to.be.true`
    },
  },
  {
    // A child of a tool has a deadline: runChild() does not start one without. The daemon has an owner instead.
    files: ['lib/tools/**/*.ts'],
    ignores: ['lib/tools/child.ts', 'lib/tools/daemon/start.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:child_process', message: USE_RUN_CHILD },
            { name: 'child_process', message: USE_RUN_CHILD },
          ],
          patterns: [
            {
              group: ['**/index.js', '**/spawn-contained.js', '**/exec-contained.js'],
              importNamePattern: '^(spawn|fork|exec|execFile)Contained$',
              message: 'Start processes by runChild(), which sets a deadline.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        NO_DEFAULT_EXPORT,
        { selector: `ImportExpression > Literal.source${STARTER}`, message: USE_RUN_CHILD },
        { selector: `CallExpression[callee.name=/^(require|load)$/] > Literal.arguments${STARTER}`, message: USE_RUN_CHILD },
        { selector: 'ImportExpression > :not(Literal).source', message: `Name what is imported. ${USE_RUN_CHILD}` },
      ],
    },
  },
  {
    files: ['scripts/**/*.mjs', '.ci/**/*.mjs', 'bin/**/*.js', 'examples/**/*.{js,mjs}'],
    languageOptions: { ecmaVersion: 2023 },
    rules: STYLE,
  },
);

export { checked as default };
