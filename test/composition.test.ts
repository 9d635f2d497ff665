import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { augment, chestXray } from '@cxr/augment';
import { useBackend } from '@cxr/backend';
import { type Batch, batches, encodePng, phantoms } from '@cxr/data';
import { listImages, readImages, streamBatches, writeFileAtomic } from '@cxr/data/node';
import { type TrainOptions, train } from '@cxr/dcgan';
import { prepareImages } from '@cxr/fid';
import { type Image, type ImageSet, image, imagesOf, type NamedImage } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Nothing here is cast: what one package gives, the next one takes, under the strictest settings of the compiler.

const COUNT = 6;
const SIZE = 32;
let folder: string;
let files: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-composition-'));
  for (const one of phantoms({ count: COUNT, seed: 1, size: 48 })) {
    await writeFileAtomic(join(folder, one.name), encodePng(one.image));
  }
  files = await listImages(folder);
});

afterAll(() => rm(folder, { recursive: true }));

/** The images of the files, augmented with a mask and a box; masks are kept aside. */
async function* augmented(masks: Image[] = []): AsyncGenerator<NamedImage, void, void> {
  const transform = chestXray({ size: SIZE });
  let index = 0;
  for await (const { name, image: source, label } of readImages(files)) {
    const [height, width] = source.shape;
    const mask = image(new Uint8Array(height! * width!).fill(1), height!, width!, 1);
    const sample = { image: source, mask, boxes: [[8, 8, 24, 24]] } as const;
    const result = augment(transform, sample, { seed: 1, epoch: 0, index: index++ });
    masks.push(result.mask);
    const [left] = result.boxes[0] ?? [0];
    expect(left).toBeGreaterThanOrEqual(0);
    yield { name, image: result.image, label };
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What every metric of @cxr/fid begins with. */
async function prepared(set: ImageSet): Promise<string[]> {
  const list = await all(prepareImages(set, 'pil299'));
  for (const { pixels } of list) expect(pixels).toHaveLength(299 * 299 * 3);
  return list.map(({ name }) => name);
}

describe('files, augmented', () => {
  it('are a set of images for fid, by name', async () => {
    const masks: Image[] = [];
    expect(await prepared(augmented(masks))).toHaveLength(COUNT);
    expect(masks.map(({ shape }) => shape)).toEqual(Array.from({ length: COUNT }, () => [SIZE, SIZE, 1]));
  });

  it('are batches, which are a set of images for fid', async () => {
    const list = await all(batches(augmented(), { batchSize: 4, size: SIZE }));
    expect(list.map(({ shape }) => shape[0])).toEqual([4, 2]);
    expect(await prepared(list)).toHaveLength(COUNT);
    expect(await prepared(batches(augmented(), { batchSize: 4, size: SIZE }))).toHaveLength(COUNT);
  });

  it('are trained on', async () => {
    await useBackend('cpu');
    const images = await all(augmented());
    const options: TrainOptions = { images, size: SIZE, width: 1, latentDim: 4, batchSize: 3, steps: 1 };
    const events = await all(train(options));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(1);
    const streamed: TrainOptions = { images: batches(augmented(), { batchSize: 4, size: SIZE }), steps: 1 };
    expect(await all(imagesOf(streamed.images))).toHaveLength(COUNT);
  });
});

describe('batches of files', () => {
  const stream = () => streamBatches(files, { batchSize: 4, size: SIZE, workers: 1 });

  it('are a set of images for fid and for training', async () => {
    expect(await prepared(stream())).toHaveLength(COUNT);
    const options: TrainOptions = { images: stream(), steps: 1 };
    expect(await all(imagesOf(options.images))).toHaveLength(COUNT);
  });

  it('are augmented image by image, in their own range, and are batches again', async () => {
    const transform = chestXray();
    const list: Batch[] = [];
    for await (const { data, shape, range } of stream()) {
      const [n, height, width, channels] = shape;
      const length = height * width * channels;
      const out = new Float32Array(data.length);
      for (let i = 0; i < n; i++) {
        const one = image(data.slice(i * length, (i + 1) * length), height, width, channels);
        const { image: result } = augment(
          transform,
          { image: one },
          { seed: 1, epoch: 0, index: i },
          { range },
        );
        out.set(result.data, i * length);
      }
      list.push({ data: out, shape, range });
    }
    expect(await prepared(list)).toHaveLength(COUNT);
  });
});
