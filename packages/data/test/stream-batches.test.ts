import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodePng, phantom } from '@cxr/data';
import { type FileBatch, type StreamBatchesOptions, streamBatches, WorkerPool } from '@cxr/data/node';
import { CxrFileError, fitImage } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';

const SIZE = 24;
let folder: string;
let files: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-stream-'));
  files = [];
  for (let seed = 0; seed < 11; seed++) {
    // One image is of the size wanted, and so is passed on as it was decoded.
    const file = join(folder, `${seed}.png`);
    await writeFile(file, encodePng(phantom({ seed, size: seed === 3 ? SIZE : 30 + seed })));
    files.push(file);
  }
  await writeFile(join(folder, 'bad.png'), 'text');
  await writeFile(
    join(folder, 'brighter.mjs'),
    `export default (image, { index, epoch, parameter }) => {
       const data = image.data.map((value) => value / 2 + parameter + index + epoch);
       return { ...image, data, shape: image.shape, stride: image.stride, offset: 0 };
     };`,
  );
  await writeFile(
    join(folder, 'double.mjs'),
    'export default (x) => ({ data: new Float64Array([2 * x]), x });',
  );
  await writeFile(join(folder, 'throws.mjs'), 'export default () => { throw new TypeError("a bug"); };');
});
afterAll(() => rm(folder, { recursive: true }));

async function all(options: Partial<StreamBatchesOptions>, of = files): Promise<FileBatch[]> {
  const batches: FileBatch[] = [];
  for await (const batch of streamBatches(of, { batchSize: 4, size: SIZE, ...options })) batches.push(batch);
  return batches;
}

describe('streamBatches', () => {
  it('gives what one image at a time gives, for any number of workers', async () => {
    const batches = await all({ workers: 0 });
    expect(batches.map(({ indices }) => indices)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10],
    ]);
    expect(batches.map(({ shape }) => shape[0])).toEqual([4, 4, 3]);
    const fitted = fitImage(phantom({ seed: 5, size: 35 }), { size: SIZE });
    const fifth = batches[1]!.data.slice(SIZE * SIZE, 2 * SIZE * SIZE);
    expect(fifth).toEqual(Float32Array.from(fitted.data, (value) => value / 127.5 - 1));
    for (const workers of [1, 2]) expect(await all({ workers, ahead: 3 })).toEqual(batches);
  });

  it('decodes small JPEG files, other than the main thread does it, to the same pixels', async () => {
    const jpegs: string[] = [];
    for (const { file, channels } of readJsonLines<{ file: string; channels: number }>('data/jpeg.jsonl')) {
      if (channels === 4) continue;
      jpegs.push(join(folder, `${jpegs.length}.jpg`));
      await writeFile(jpegs.at(-1)!, Buffer.from(file, 'base64'));
    }
    expect(jpegs.length).toBeGreaterThan(5);
    expect(await all({ workers: 1, channels: 3 }, jpegs)).toEqual(
      await all({ workers: 0, channels: 3 }, jpegs),
    );
  });

  it('shuffles by (seed, epoch) and augments by (index, epoch)', async () => {
    const options = { seed: 7, epochs: 2, augment: join(folder, 'brighter.mjs'), augmentParameter: 50 };
    const batches = await all({ ...options, workers: 0 });
    expect(await all({ ...options, workers: 2, augment: pathToFileURL(options.augment) })).toEqual(batches);
    const orders = [0, 1].map((epoch) => batches.filter((b) => b.epoch === epoch).flatMap((b) => b.indices));
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([...files.keys()]);
    expect(orders[0]).not.toEqual(orders[1]);
    const { data, indices, epoch } = batches.at(-1)!;
    const plain = fitImage(phantom({ seed: indices[0]!, size: indices[0] === 3 ? SIZE : 30 + indices[0]! }), {
      size: SIZE,
    });
    const changed = Uint8Array.from(plain.data, (value) => value / 2 + 50 + indices[0]! + epoch);
    expect(data.slice(0, SIZE * SIZE)).toEqual(Float32Array.from(changed, (value) => value / 127.5 - 1));
  });

  it('throws at a bad file in its turn, or skips and tells it', async () => {
    const bad = join(folder, 'bad.png');
    const some = [files[0]!, bad, files[1]!];
    for (const workers of [0, 1]) {
      await expect(all({ workers }, some)).rejects.toMatchObject({ code: 'unsupported', file: bad });
      const told: CxrFileError[] = [];
      const batches = await all({ workers, skipBad: true, onBad: (error) => told.push(error) }, some);
      expect(batches.map(({ indices }) => indices)).toEqual([[0, 2]]);
      expect(told).toHaveLength(1);
      expect(told[0]).toBeInstanceOf(CxrFileError);
    }
  });

  it('stops when aborted, and refuses what makes no sense', async () => {
    const stop = new AbortController();
    const batches = streamBatches(files, { batchSize: 2, size: 8, workers: 1, signal: stop.signal });
    await batches.next();
    stop.abort(new Error('enough'));
    await expect(batches.next()).rejects.toThrow('enough');
    for (const wrong of [{ batchSize: 0 }, { size: 1.5 }, { workers: -1 }, { ahead: 0 }]) {
      await expect(all(wrong)).rejects.toThrow(/^invalid (batchSize|size|workers|ahead): /);
    }
  });
});

describe('WorkerPool', () => {
  it.each([0, 2])('keeps the order and takes no more ahead than asked, with %i workers', async (workers) => {
    const module = pathToFileURL(join(folder, 'double.mjs'));
    const pool = new WorkerPool<number, { data: Float64Array; x: number }>(module, { workers, ahead: 5 });
    let taken = 0;
    function* numbers() {
      for (; taken < 3000; taken++) yield taken;
    }
    let seen = 0;
    for await (const result of pool.map(numbers())) {
      expect(result).toEqual({ item: seen, value: { data: new Float64Array([2 * seen]), x: seen } });
      expect(taken - seen).toBeLessThanOrEqual(5);
      seen++;
    }
    await pool.close();
    expect(seen).toBe(3000);
  });

  it('ends its threads only after the work in their hands', async () => {
    const module = join(folder, 'slow.mjs');
    const marker = join(folder, 'done');
    await writeFile(
      module,
      `import { writeFileSync } from 'node:fs';
       import { setTimeout } from 'node:timers/promises';
       export default async (file) => {
         await setTimeout(300);
         writeFileSync(file, '');
       };`,
    );
    const pool = new WorkerPool<string, void>(pathToFileURL(module), { workers: 1, ahead: 9 });
    const results = pool.map(Array.from({ length: 9 }, (_, i) => `${marker}-${i}`));
    const first = results.next();
    await pool.close();
    await expect(first).resolves.toMatchObject({ value: { item: `${marker}-0` } });
    expect(existsSync(`${marker}-0`)).toBe(true);
    expect(existsSync(`${marker}-8`)).toBe(false);
    const rest = (async () => {
      for await (const _ of results);
    })();
    await expect(rest).rejects.toThrow('the pool is closed');
  });

  it.each([0, 1])('passes on a fault of the task, with %i workers', async (workers) => {
    const pool = new WorkerPool(pathToFileURL(join(folder, 'throws.mjs')), { workers });
    await expect(pool.map([1, 2]).next()).rejects.toThrow('a bug');
    await pool.close();
  });

  it('keeps all its threads at work', async () => {
    const module = join(folder, 'block.mjs');
    // It blocks the thread and takes no processor time: the measure is the same on a busy machine.
    await writeFile(
      module,
      `const cell = new Int32Array(new SharedArrayBuffer(4));
       export default (milliseconds) => void Atomics.wait(cell, 0, 0, milliseconds);`,
    );
    const seconds = async (workers: number) => {
      const pool = new WorkerPool<number, void>(pathToFileURL(module), { workers, ahead: 4 * workers });
      for await (const _ of pool.map([1, 1, 1, 1])); // the threads have started
      const start = performance.now();
      for await (const _ of pool.map(Array.from({ length: 24 }, (_, i) => 40 + (i % 3) * 20)));
      const time = (performance.now() - start) / 1000;
      await pool.close();
      return time;
    };
    const ratio = (await seconds(1)) / (await seconds(2));
    expect(ratio).toBeGreaterThan(1.5);
  });

  /** A task that does as the item says. */
  const obey = async () => {
    const module = join(folder, 'obey.mjs');
    await writeFile(
      module,
      `export default (item) => {
         if (item === 'exit') process.exit(3);
         if (item === 'reject') return new Promise(() => void Promise.reject(new Error('left alone')));
         if (item === 'uncloneable') return () => 1;
         if (item === 'TypeError') throw new TypeError('a wrong type');
         return item;
       };`,
    );
    return pathToFileURL(module);
  };
  const values = async (pool: WorkerPool<string, string>, items: string[]) => {
    const found: unknown[] = [];
    for await (const result of pool.map(items)) found.push('value' in result ? result.value : result.error);
    return found;
  };

  it.each([1, 2])('names the item whose thread has died, and goes on, with %i workers', async (workers) => {
    const pool = new WorkerPool<string, string>(await obey(), { workers });
    const many = Array.from({ length: 20 }, (_, i) => `item ${i}`);
    for (const item of ['exit', 'reject', 'exit']) {
      await expect(values(pool, [item])).rejects.toThrow(
        item === 'exit'
          ? "a worker thread has ended (exit code 3) while working on 'exit'"
          : "a worker thread has ended (left alone) while working on 'reject'",
      );
    }
    expect(await values(pool, many)).toEqual(many);
    await expect(values(pool, ['first', 'exit', ...many])).rejects.toThrow(/while working on .*'exit'/);
    expect(await values(pool, many)).toEqual(many);
    await pool.close();
  });

  it('keeps a thread whose task throws or gives what cannot be sent', async () => {
    const pool = new WorkerPool<string, string>(await obey(), { workers: 1 });
    await expect(values(pool, ['TypeError'])).rejects.toThrow(new TypeError('a wrong type'));
    await expect(values(pool, ['uncloneable'])).rejects.toThrow(/cannot be sent/);
    await expect(values(pool, [(() => 1) as unknown as string])).rejects.toThrow(/could not be cloned/);
    expect(await values(pool, ['next'])).toEqual(['next']);
    await pool.close();
    await expect(values(pool, ['late'])).rejects.toThrow('the pool is closed');
  });

  it('says which module is no task', async () => {
    const module = join(folder, 'empty.mjs');
    await writeFile(module, 'export const task = 1;');
    const pool = new WorkerPool<string, string>(pathToFileURL(module), { workers: 1 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(values(pool, ['a'])).rejects.toThrow(/no default function in .*empty\.mjs/);
    await pool.close();
  });
});
