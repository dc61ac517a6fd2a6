import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import awscdk from 'eslint-plugin-awscdk';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['cdk.out*/', '.toolchain/', '.rehearsal/', '.local/', 'coverage/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    // Not projectService: it met the files one by one and built the program of types twice.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A handler that forgets an await returns before its call has happened.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      // `||` takes 0 and '' for "not given".
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignoreConditionalTests: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['bin/**/*.ts', 'lib/**/*.ts'],
    plugins: { awscdk },
    // Without require-jsdoc: on `readonly key: IKey` it asks for a comment that restates the line.
    rules: {
      'awscdk/require-props-default-doc': 'error',
      'awscdk/no-unused-props': 'error',
      'awscdk/no-variable-construct-id': 'error',
      'awscdk/pascal-case-construct-id': 'error',
      'awscdk/no-construct-in-public-property-of-construct': 'error',
      'awscdk/prefer-grants-property': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Synthesized templates are JSON without types, and jest.isolateModules hands out modules through require.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        clearInterval: 'readonly',
        console: 'readonly',
        module: 'writable',
        performance: 'readonly',
        process: 'readonly',
        setInterval: 'readonly',
        URL: 'readonly',
      },
    },
  },
  prettier,
);
