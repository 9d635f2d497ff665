import { join } from 'node:path';
import { readSafetensors, readTorch } from '@cxr/fid';
import { CxrFileError, createRng, type Rng } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import * as p from './pickles.js';
import { fixtures, readBytes } from './shared.js';

/** Printed where a case fails; set it to run that one again. */
const SEED = Number(process.env.CXR_FUZZ_SEED ?? 0);

describe('damaged weights', () => {
  it.each([
    ['state-legacy.pth', readTorch],
    ['state-zip.pth', readTorch],
    ['reference.safetensors', readSafetensors],
  ] as const)('%s: are read or refused with CxrFileError, never anything else', (name, read) => {
    const whole = readBytes(join(fixtures, name));
    let refused = 0;
    for (let seed = SEED; seed < SEED + 2000; seed++) {
      const rng = createRng(seed);
      const bytes = whole.slice(0, seed % 4 === 0 ? rng.integer(whole.length) : whole.length);
      const changes = 1 + rng.integer(4);
      for (let i = 0; i < changes && bytes.length > 0; i++)
        bytes[rng.integer(bytes.length)] = rng.integer(256);
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof CxrFileError)) throw new Error(`CXR_FUZZ_SEED=${seed}`, { cause: error });
        refused++;
      }
    }
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 30);
    // A quarter is cut off, and few changes fall on values alone.
    expect(refused).toBeGreaterThan(500);
  });

  it('random pickles of allowed opcodes: refused with CxrFileError, never anything else', () => {
    const steps: ((rng: Rng) => p.Part)[] = [
      () => p.MARK,
      () => p.EMPTY_LIST,
      () => 0x7d,
      () => 0x4e,
      () => 0x74,
      () => p.TUPLE1,
      () => [0x86, 0x94],
      () => 0x61,
      () => p.APPENDS,
      () => 0x73,
      () => 0x75,
      () => p.MEMOIZE,
      () => 0x52,
      () => 0x62,
      () => 0x51,
      () => 0x93,
      (rng) => [0x68, rng.integer(6)],
      (rng) => [0x71, rng.integer(6)],
      (rng) => p.int(rng.integer(10)),
      (rng) => p.int(2 ** (10 * rng.integer(6))),
      (rng) => p.str(['a', '0', 'storage', 'state_dict', '\x1b['][rng.integer(5)]!),
      () => p.global('torch', 'FloatStorage'),
      () => p.global('collections', 'OrderedDict'),
      () => p.global('torch._utils', '_rebuild_tensor_v2'),
      () => p.global('torch._utils', '_rebuild_parameter'),
      (rng) => p.tuple(...Array.from({ length: rng.integer(6) }, () => p.int(rng.integer(4)))),
      (rng) => p.tensor({ length: 6, shape: [rng.integer(9)], stride: [rng.integer(3)] }),
    ];
    const values = new Uint8Array(24);
    const messages = new Set<string>();
    for (let seed = SEED; seed < SEED + 20_000; seed++) {
      const rng = createRng(seed, 1);
      const object = Array.from({ length: 1 + rng.integer(30) }, () =>
        steps[rng.integer(steps.length)]!(rng),
      );
      const body = rng.integer(2) === 0 ? object : p.dict([p.str('a'), object]);
      const file =
        rng.integer(2) === 0 ? p.zipFile(body, { 0: values }) : p.legacyFile(body, { 0: values }, 4);
      try {
        readTorch(file);
      } catch (error) {
        if (!(error instanceof CxrFileError)) throw new Error(`CXR_FUZZ_SEED=${seed}`, { cause: error });
        messages.add(error.reason);
      }
    }
    // The steps reach into the reader: it has about twenty refusals.
    expect(messages.size).toBeGreaterThan(12);
  });

  it('random headers of safetensors', () => {
    const pieces: unknown[] = [
      null,
      0,
      -1,
      2 ** 53,
      1e300,
      'F32',
      'U8',
      'toString',
      [],
      [4],
      [0, 16],
      [0, 4],
      {},
      { toString: 1 },
    ];
    for (let seed = SEED; seed < SEED + 5000; seed++) {
      const rng = createRng(seed, 2);
      const piece = () => pieces[rng.integer(pieces.length)];
      const entry = () => ({ dtype: piece(), shape: piece(), data_offsets: piece() });
      const names = ['a', '__proto__', '__metadata__', 'constructor'];
      const header = names.slice(0, 1 + rng.integer(4)).map((name) => {
        const value =
          rng.integer(3) === 0 ? piece() : { ...entry(), ...(rng.integer(2) ? { dtype: 'F32' } : {}) };
        return `"${name}":${JSON.stringify(value)}`;
      });
      const text = new TextEncoder().encode(`{${header}}`);
      const length = new Uint8Array(BigInt64Array.of(BigInt(text.length)).buffer);
      try {
        readSafetensors(p.concat(length, text, new Uint8Array(16)));
      } catch (error) {
        if (!(error instanceof CxrFileError)) throw new Error(`CXR_FUZZ_SEED=${seed}`, { cause: error });
      }
    }
  });
});
