import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('has the WebAssembly module that assembly/ compiles to', () => {
  const script = fileURLToPath(new URL('../scripts/build-linalg.mjs', import.meta.url));
  expect(() => execFileSync(process.execPath, [script, '--check'])).not.toThrow();
});
