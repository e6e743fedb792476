import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['src/**/*.test.{ts,tsx}', 'src/testing/**', 'e2e/**'];

export default defineConfig(
  globalIgnores([
    'dist',
    'test-results',
    'playwright-report',
    'coverage',
    'src/executors/wasm/kernels', // AssemblyScript
    'src/executors/wasm/generated',
  ]),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],

      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/unbound-method': ['error', { ignoreStatic: true }],
      // noUncheckedIndexedAccess makes every typed-array read possibly undefined: `data[i]!` is the honest form there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Loops that await, and interfaces with one asynchronous implementation.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // A generic that appears once still names its argument's type for the reader.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // An operation without attributes, a model without state: the empty object is meant.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // Error classes that only differ in name, and empty handlers given as defaults.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Use the seeded generator, so that a run can be repeated.',
        },
      ],
    },
  },
  { files: ['src/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
  {
    files: tests,
    rules: { 'max-lines-per-function': 'off' }, // a describe block is one function
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    rules: {
      // JSON read in plain JavaScript is `any`; JSDoc gives it a type where it matters.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
