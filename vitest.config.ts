import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('packages', import.meta.url));

/** Tests run on the sources. Worker threads of the code under test run what is built. */
export const alias = [
  { find: /^@cxr\/(\w+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^@cxr\/(\w+)\/(\w+)$/, replacement: `${packages}/$1/src/$2.ts` },
];

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Two cores are the machine we promise to run on; each file has a TensorFlow.js engine of its own.
    maxWorkers: 2,
    // Instrumented by `npm run mutation` the sources are many times slower.
    testTimeout: Number(process.env.CXR_TEST_TIMEOUT ?? 60_000),
    hookTimeout: 60_000,
  },
});
