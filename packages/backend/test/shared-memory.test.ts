import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { copyingMultiplier } from '../src/gemm/copying-multiplier.js';
import { loadSimd } from '../src/simd/module.js';
import { withSharedMemory } from '../src/simd/shared-memory.js';
import { split } from '../src/threads/split.js';
import { Tape } from '../src/threads/tape.js';

type Memory = { wasm: { asm: { memory: WebAssembly.Memory } } };

const memory = (): WebAssembly.Memory => (tf.backend() as unknown as Memory).wasm.asm.memory;

afterEach(() => {
  vi.restoreAllMocks();
  tf.engine().reset();
});

describe('withSharedMemory', () => {
  // (module (memory 1 2)), and one that imports a function, a table, a global and then a memory of 1 to 2 pages.
  const head = [0, 97, 115, 109, 1, 0, 0, 0];
  const own = [...head, 5, 4, 1, 1, 1, 2];
  const imports = [
    [1, 97, 1, 98, 0, 0],
    [1, 97, 1, 99, 1, 112, 1, 1, 2],
    [1, 97, 1, 100, 3, 127, 0],
    [1, 97, 1, 101, 2, 1, 1, 2],
  ].flat();
  const importing = [...head, 1, 4, 1, 96, 0, 0, 2, imports.length + 1, 4, ...imports];

  it.each([
    ['has', own, own.length - 3],
    ['imports', importing, importing.length - 3],
  ])('changes one byte of a module that %s a memory', (_, bytes, place) => {
    const before = Uint8Array.from(bytes);
    expect(WebAssembly.validate(before)).toBe(true);
    const after = withSharedMemory(before);
    expect(WebAssembly.validate(after)).toBe(true);
    expect([...after]).toEqual(bytes.map((byte, i) => (i === place ? 3 : byte)));
    expect([...before]).toEqual(bytes);
  });

  it('refuses a module without a maximum, and one without memory', () => {
    const message = 'the WebAssembly module has no memory that can be shared';
    expect(() => withSharedMemory(Uint8Array.from([...head, 5, 3, 1, 0, 1]))).toThrow(message);
    expect(() => withSharedMemory(Uint8Array.from(head))).toThrow(message);
  });
});

describe('split', () => {
  it('gives parts of whole units that are as equal as can be, in order and without gaps', () => {
    expect(split(10, 3)).toEqual([
      { from: 0, to: 3 },
      { from: 3, to: 6 },
      { from: 6, to: 10 },
    ]);
    expect(split(100, 2, 16)).toEqual([
      { from: 0, to: 48 },
      { from: 48, to: 100 },
    ]);
    expect(split(20, 4, 16)).toEqual([
      { from: 0, to: 16 },
      { from: 16, to: 20 },
    ]);
    expect(split(0, 2)).toEqual([{ from: 0, to: 0 }]);
  });
});

it('has work done that is longer than a tape', async () => {
  const done: number[] = [];
  const tape: Tape = new Tape(() => {
    for (let at = 0; at < tape.length; at += 2 + tape.numbers[at + 1]!) done.push(tape.numbers[at + 2]!);
    tape.length = 0;
  });
  const simd = await loadSimd(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
  const recorded = tape.simd(simd, ['fill']);
  expect(recorded.gemmScratch()).toBe(simd.gemmScratch());
  for (let i = 0; i < 20_000; i++) recorded.fill(i, 0, 1);
  expect(done.length).toBe(13_107);
  expect(done).toEqual(Array.from({ length: 13_107 }, (_, i) => i));
});

it('copies the factors of products for a library that cannot use the memory', () => {
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const floats = new Float32Array(shared.buffer);
  floats.set([1, 2, 3, 4], 4);
  floats.set([5, 6], 8);
  const multiply = copyingMultiplier(
    (own) => (_ta, _tb, m, n, k, a, b, y) => {
      const [x, f, out] = [a, b, y].map((at) => new Float32Array(own.buffer, at));
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) sum += x![i * k + p]! * f![p * n + j]!;
          out![i * n + j] = sum;
        }
    },
    shared,
  );
  multiply(false, false, 2, 1, 2, 16, 32, 64, 1);
  expect([...floats.subarray(16, 18)]).toEqual([17, 39]);
});

describe('onnxruntime', () => {
  it('shares the memory of the tensors where Node lets it, and says so where not', async () => {
    const { tried } = await useBackend('onnxruntime', { threads: 2 });
    const shared = memory().buffer instanceof SharedArrayBuffer;
    const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
    if (major === 20) expect(shared).toBe(false);
    if ((major === 22 && minor >= 23) || (major === 24 && minor >= 21)) expect(shared).toBe(true);
    expect(tried[0]?.reason).toBe(
      shared
        ? 'computes the trial step'
        : 'computes the trial step; only matrix products in threads: this Node gives onnxruntime no shared memory (22.23 does)',
    );
  });

  it.each(['wasm', 'onnxruntime'] as const)('multiplies where %s has started first', async (first) => {
    await useBackend(first, { threads: 2 });
    await useBackend(first === 'wasm' ? 'onnxruntime' : 'wasm', { threads: 2 });
    await useBackend('onnxruntime', { threads: 2 });
    const x = tf.fill([70, 300], 0.5);
    expect(new Set(tf.matMul(x, tf.ones([300, 90])).dataSync())).toEqual(new Set([150]));
  });
});

describe('threads', () => {
  it('share the memory of the tensors, which stays usable when it grows', async () => {
    await useBackend('wasm', { threads: 2 });
    const first = memory().buffer;
    expect(first).toBeInstanceOf(SharedArrayBuffer);
    const x = tf.ones([64, 1024]);
    const large = Array.from({ length: 40 }, () => tf.zeros([1024, 512]));
    expect(memory().buffer.byteLength).toBeGreaterThan(first.byteLength);
    const y = tf.tidy(() => tf.matMul(x, tf.ones([1024, 64])));
    expect(new Set(y.dataSync())).toEqual(new Set([1024]));
    tf.dispose([x, y, ...large]);
  });

  it('are ended with the backend, and started anew with the next', async () => {
    const { Worker } = await import('node:worker_threads');
    const end = vi.spyOn(Worker.prototype, 'terminate');
    await useBackend('wasm', { threads: 3 });
    expect(end).toHaveBeenCalledTimes(0);
    tf.removeBackend('wasm');
    expect(end).toHaveBeenCalledTimes(2);
    await useBackend('wasm', { threads: 2 });
    expect(
      tf
        .relu(tf.fill([200, 200], -1))
        .dataSync()
        .every((value) => value === 0),
    ).toBe(true);
    tf.engine().reset();
    expect(end).toHaveBeenCalledTimes(3);
  });

  it('are not waited for once they have ended', async () => {
    await useBackend('wasm', { threads: 2 });
    const { wasmContext } = await import('../src/backends/wasm.js');
    const context = await wasmContext(true);
    const threads = await context.pool!.threads(2, context, () => context.gemm);
    const more = context.pool!.threads(3, context, () => context.gemm);
    tf.removeBackend('wasm');
    const message = 'the threads of this backend have ended: call useBackend again';
    expect(() => threads.run(2, () => {})).toThrow(message);
    await expect(more).rejects.toThrow(message);
  });

  it('tell of an error in one of them, and go on', async () => {
    await useBackend('wasm', { threads: 2 });
    const { wasmContext } = await import('../src/backends/wasm.js');
    const context = await wasmContext(true);
    const threads = await context.pool!.threads(2, context, () => context.gemm);
    const nowhere = 2 ** 32 - 64;
    expect(() => threads.run(2, ({ simd }, part) => part === 1 && simd.fill(nowhere, 0, 4))).toThrow(
      /^a thread failed: memory access out of bounds$/,
    );
    const at = context.scratch.floats('test', 8);
    threads.run(2, ({ simd }, part) => simd.fill(at + part * 16, part + 1, 4));
    expect([...new Float32Array(memory().buffer, at, 8)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it('have all done when this thread fails', async () => {
    await useBackend('wasm', { threads: 2 });
    const { wasmContext } = await import('../src/backends/wasm.js');
    const context = await wasmContext(true);
    const threads = await context.pool!.threads(2, context, () => context.gemm);
    const at = context.scratch.floats('test', 1 << 20);
    const work = () =>
      threads.run(2, ({ simd }, part) => {
        if (part === 0) throw new RangeError('mine');
        simd.fill(at, 7, 1 << 20);
      });
    expect(work).toThrow(new RangeError('mine'));
    expect(new Float32Array(memory().buffer, at, 1 << 20).every((value) => value === 7)).toBe(true);
  });

  it('give the same numbers as one thread, element by element and down the columns', async () => {
    const run = async (threads: number) => {
      await useBackend('wasm', { threads });
      const at = (i: number) => ((i * 7919) % 1000) / 250 - 2;
      const x = tf.tensor(
        Float32Array.from({ length: 40 * 31 * 33 }, (_, i) => at(i)),
        [40, 31, 33],
      );
      const y = tf.tensor(
        Float32Array.from({ length: 40 * 31 * 33 }, (_, i) => at(i + 5)),
        [40, 31, 33],
      );
      const row = tf.tensor(Float32Array.from({ length: 33 }, (_, i) => at(i)));
      const results = [
        tf.add(x, y),
        tf.add(x, row),
        tf.square(x),
        tf.relu(x),
        tf.leakyRelu(x, 0.1),
        tf.sum(x, [0, 1]),
        tf.mean(x, [0, 1]),
      ];
      const values = results.map((tensor) => [...tensor.dataSync()]);
      tf.engine().reset();
      return values;
    };
    expect(await run(3)).toEqual(await run(1));
  });
});
