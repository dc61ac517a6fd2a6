// Node 20 is supported here on purpose; the SDK's notice about January 2027 would drown the results.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
// A developer's own local account is none of the tests' business.
process.env.KIT_LOCAL = '/nonexistent/.local';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test', '<rootDir>/testing'],
  testMatch: ['**/*.test.ts'],
  // By default Jest leaves one processor to others, which on two cores halves its speed.
  maxWorkers: 2,
  // swc only strips the types; `tsc --noEmit` is a step of its own in `npm test`.
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  globalSetup: '<rootDir>/test/shared/assemblies.ts',
  setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
  // Synthesizing every room takes seconds on two cores, not Jest's default five for one test.
  testTimeout: 60_000,
};
