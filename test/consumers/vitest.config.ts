import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../../vitest.config.js';

// npm run check:consumers
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias },
  test: { include: ['test/consumers/*.check.ts'], testTimeout: 60_000, hookTimeout: 300_000 },
});
