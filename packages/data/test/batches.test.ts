import {
  type Batch,
  batches,
  collectImages,
  epochBatches,
  phantom,
  phantoms,
  takeBatch,
  toBatch,
} from '@cxr/data';
import { createRng, type Image, image } from '@cxr/image';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';

/** A flat image whose every value is `level`. */
const flat = (level: number, size = 4): Image =>
  image(new Uint8Array(size * size).fill(level), size, size, 1);
const levels = ({ data, shape: [n, h, w, c] }: Batch) =>
  Array.from({ length: n }, (_, i) => Math.round((data[i * h * w * c]! + 1) * 127.5));

async function collect(source: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of source) all.push(batch);
  return all;
}

describe('toBatch', () => {
  it('stacks and scales to [−1, 1]', () => {
    const batch = toBatch([image(Uint8Array.of(0, 255), 1, 2, 1), image(Uint8Array.of(51, 204), 1, 2, 1)]);
    expect(batch.shape).toEqual([2, 1, 2, 1]);
    expect([...batch.data]).toEqual([-1, 1, Math.fround(-0.6), Math.fround(0.6)]);
    expect([...toBatch([image(Uint16Array.of(0, 65535), 1, 2, 1)]).data]).toEqual([-1, 1]);
  });

  it('scales every byte alike, wherever the pixels lie in memory', () => {
    for (const offset of [0, 1, 4]) {
      const bytes = Uint8Array.from({ length: offset + 259 }, (_, i) => i - offset).subarray(offset);
      const { data } = toBatch([image(bytes, 37, 7, 1), image(bytes, 37, 7, 1)]);
      const scaled = [...bytes].map((value) => Math.fround(value / 127.5 - 1));
      expect([...data]).toEqual([...scaled, ...scaled]);
    }
  });

  it('refuses none, and different sizes', () => {
    expect(() => toBatch([])).toThrow(RangeError);
    expect(() => toBatch([flat(1, 2), flat(1, 3)])).toThrow(
      new RangeError('invalid images: [3,3,1] beside [2,2,1]'),
    );
  });
});

describe('batches', () => {
  it('converts any image, and keeps the last, smaller batch', async () => {
    const mixed = [
      flat(10, 9),
      { name: 'b', image: image(new Uint16Array(3 * 20).fill(20 * 257), 4, 5, 3) },
      () => flat(30),
    ];
    const all = await collect(batches(mixed, { batchSize: 2, size: 6, channels: 3 }));
    expect(all.map(({ shape }) => shape)).toEqual([
      [2, 6, 6, 3],
      [1, 6, 6, 3],
    ]);
    expect(all.flatMap(levels)).toEqual([10, 20, 30]);
    expect(all.every(({ data, shape }) => data.length === shape.reduce((a, b) => a * b))).toBe(true);
    expect(await collect(batches(mixed, { batchSize: 2, size: 6, dropLast: true }))).toHaveLength(1);
  });

  it('streams: takes no more than a batch from its source at a time', async () => {
    let taken = 0;
    function* endless() {
      for (;;) {
        taken++;
        yield flat(taken % 256);
      }
    }
    const stream = batches(endless(), { batchSize: 5, size: 4 });
    await stream.next();
    await stream.next();
    expect(taken).toBe(10);
    await stream.return();
  });

  it('shuffles each epoch otherwise, by the seed', async () => {
    const images = Array.from({ length: 20 }, (_, i) => flat(i));
    const run = async (seed: number) =>
      (await collect(batches(images, { batchSize: 20, size: 4, seed, epochs: 2 }))).map(levels);
    const [first, second] = await run(1);
    expect(new Set(first)).toEqual(new Set(images.keys()));
    expect(second).not.toEqual(first);
    expect(await run(1)).toEqual([first, second]);
    expect((await run(2))[0]).not.toEqual(first);
  });

  it('stops when aborted', async () => {
    const stop = new AbortController();
    const stream = batches(phantoms({ count: 9, seed: 1, size: 8 }), {
      batchSize: 1,
      size: 8,
      signal: stop.signal,
    });
    await stream.next();
    stop.abort(new Error('enough'));
    await expect(stream.next()).rejects.toThrow('enough');
  });

  it.each<[object, string]>([
    [{ batchSize: 0 }, 'invalid batchSize: 0'],
    [{ size: 4.5 }, 'invalid size: 4.5'],
    [{ channels: 2 }, 'invalid channels: 2'],
    [{ filter: 'cubic' }, 'invalid filter: cubic (nearest, box'],
    [{ epochs: 0 }, 'invalid epochs: 0'],
    [{ seed: 0.5 }, 'invalid seed: 0.5'],
    [{ bits: 17 }, 'invalid bits: 17'],
    [{ range: [1, 0] }, 'invalid range: [1,0]'],
  ])('refuses %o at once, before anything is read', (wrong, message) => {
    const source = [() => expect.fail('read')];
    expect(() => batches(source, { batchSize: 1, size: 4, ...wrong })).toThrow(message);
  });

  it('refuses what is no set, and a seed without an array, at once', () => {
    expect(() => batches(3 as never, { batchSize: 1, size: 4 })).toThrow('not a set of images: number 3');
    expect(() => batches(new Set<Image>(), { batchSize: 1, size: 4, seed: 1 })).toThrow(
      'a seed needs an array',
    );
  });
});

describe('epochBatches', () => {
  const count = 7;
  const dataset = ndarray(
    new Uint8Array(count * 12).map((_, i) => Math.floor(i / 12)),
    [count, 2, 2, 3],
  );

  it('gives each image once an epoch, with its index', () => {
    const epoch = [...epochBatches(dataset, { batchSize: 3, seed: 1, epoch: 0 })];
    expect(epoch.map(({ shape }) => shape[0])).toEqual([3, 3, 1]);
    expect(epoch.flatMap(({ indices }) => indices).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const batch of epoch) expect(levels(batch)).toEqual(batch.indices);
  });

  it('fixes the order by seed and epoch, whatever the batch size', () => {
    const order = (seed: number, epoch: number, batchSize: number) =>
      [...epochBatches(dataset, { batchSize, seed, epoch })].flatMap(({ indices }) => indices);
    expect(order(1, 0, 2)).toEqual(order(1, 0, 7));
    expect(order(1, 1, 2)).not.toEqual(order(1, 0, 2));
    expect(order(2, 0, 2)).not.toEqual(order(1, 0, 2));
    expect([...epochBatches(dataset, { batchSize: 3, seed: 1, epoch: 0, dropLast: true })]).toHaveLength(2);
  });

  it('agrees with toBatch', () => {
    const images = Array.from({ length: 3 }, (_, i) => phantom({ seed: i, size: 8 }));
    const all = ndarray(Uint8Array.from(images.flatMap(({ data }) => [...data])), [3, 8, 8, 1]);
    const [batch] = epochBatches(all, { batchSize: 3, seed: createRng(1).uint32(), epoch: 0 });
    expect(batch!.data).toEqual(toBatch(batch!.indices.map((i) => images[i]!)).data);
  });
});

describe('collectImages and takeBatch', () => {
  it('keep a set at one size, and take some of it in the order asked for', async () => {
    const names: string[] = [];
    const set = [...phantoms({ count: 3, seed: 1, size: 8 })];
    const images = await collectImages(set, { size: 4, onImage: ({ name }) => names.push(name) });
    expect(images.shape).toEqual([3, 4, 4, 1]);
    expect(names).toEqual(set.map(({ name }) => name));
    const batch = takeBatch(images, [2, 0, 2]);
    expect(batch).toMatchObject({ shape: [3, 4, 4, 1], range: [-1, 1] });
    const scaled = (i: number) =>
      [...images.data.subarray(16 * i, 16 * i + 16)].map((v) => Math.fround(v / 127.5 - 1));
    expect([...batch.data]).toEqual([2, 0, 2].flatMap(scaled));
    expect(takeBatch(images, []).shape).toEqual([0, 4, 4, 1]);
    for (const index of [3, -1, 0.5]) {
      expect(() => takeBatch(images, [index])).toThrow(`invalid index: ${index} (0 to 2)`);
    }
    expect((await collectImages([], { size: 4, channels: 3 })).shape).toEqual([0, 4, 4, 3]);
    await expect(collectImages(set, { size: 4, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
  });

  it('read views that are stored otherwise', async () => {
    const set = ndarray(
      Uint8Array.from({ length: 32 }, (_, i) => i),
      [2, 4, 4, 1],
    );
    const bytes = (view: typeof set, index: number) =>
      [...takeBatch(view, [index]).data].map((v) => Math.round((v + 1) * 127.5));
    expect(bytes(set.lo(1, 0, 0, 0), 0)).toEqual(Array.from({ length: 16 }, (_, i) => 16 + i));
    expect(bytes(set.hi(2, 2, 2, 1), 1)).toEqual([16, 17, 20, 21]);
    expect(bytes(set.transpose(0, 2, 1, 3), 0).slice(0, 4)).toEqual([0, 4, 8, 12]);
    expect(() => takeBatch(ndarray(new Uint8Array(4), [2, 2]), [0])).toThrow('[n, h, w, c], not [2,2]');
  });

  it('scales 12-bit samples, and warns where that is not asked for', async () => {
    const set = [image(new Uint16Array(64).fill(4095), 8, 8, 1)];
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    expect((await collectImages(set, { size: 8, bits: 12, onWarning })).data[0]).toBe(255);
    expect(warnings).toEqual([]);
    expect((await collectImages(set, { size: 8, onWarning })).data[0]).toBe(15);
    expect(warnings).toHaveLength(1);
  });

  it('read a batch of toBatch by its own range', async () => {
    const set = toBatch([image(new Uint8Array(16).fill(200), 4, 4, 1)]);
    expect((await collectImages(set, { size: 4 })).data[0]).toBe(200);
  });
});
