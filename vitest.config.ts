import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('packages', import.meta.url));

/** Tests run on the sources. Worker threads of the code under test run what is built. */
export const alias = [
  { find: /^@cxr\/(\w+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^@cxr\/(\w+)\/(\w+)$/, replacement: `${packages}/$1/src/$2.ts` },
];

/** Slow files of tests that `npm run mutation` was asked to leave out. */
const skipped = (process.env.CXR_TEST_SKIP ?? '').split(',').filter((file) => file !== '');

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...skipped.map((file) => `**/${file}`)],
    globalSetup: ['test/global-setup.ts'],
    // Two cores are the machine we promise to run on; each file has a TensorFlow.js engine of its own.
    maxWorkers: 2,
    // Instrumented by `npm run mutation` the sources are many times slower.
    testTimeout: Number(process.env.CXR_TEST_TIMEOUT ?? 60_000),
    hookTimeout: 60_000,
  },
});
