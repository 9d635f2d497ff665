import { join } from 'node:path';
import { readSafetensors, readTorch } from '@cxr/fid';
import { CxrFileError, createRng } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes } from './shared.js';

describe('damaged weights', () => {
  it.each([
    ['state-legacy.pth', readTorch],
    ['state-zip.pth', readTorch],
    ['reference.safetensors', readSafetensors],
  ] as const)('%s: are read or refused with CxrFileError, never anything else', (name, read) => {
    const whole = readBytes(join(fixtures, name));
    let refused = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const rng = createRng(seed);
      const bytes = whole.slice(0, seed % 4 === 0 ? rng.integer(whole.length) : whole.length);
      const changes = 1 + rng.integer(4);
      for (let i = 0; i < changes && bytes.length > 0; i++)
        bytes[rng.integer(bytes.length)] = rng.integer(256);
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof CxrFileError)) throw new Error(`seed ${seed}`, { cause: error });
        refused++;
      }
    }
    // A quarter is cut off, and few changes fall on values alone.
    expect(refused).toBeGreaterThan(500);
  });
});
