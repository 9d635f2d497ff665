import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from '@cxr/data';
import {
  createDiscriminator,
  createGenerator,
  readGenerator,
  readGeneratorInfo,
  resolveConfig,
  type TrainSettings,
  writeGenerator,
} from '@cxr/dcgan';
import { loadGenerator, readCheckpointInfo } from '@cxr/dcgan/node';
import { CxrFileError } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tiny = { size: 32, width: 2, latentDim: 5 } as const;
const info = (more: TrainSettings = {}) => ({ config: resolveConfig({ ...tiny, ...more }), step: 7 });
let folder: string;

beforeAll(async () => {
  await useBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'cxr-generator-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A generator's images of two latents. */
async function imagesOf(generator: tfl.LayersModel): Promise<Float32Array> {
  const inputs = generator.inputs.map(({ shape }, i) =>
    i === 0 ? tf.randomNormal([2, shape[1]!], 0, 1, 'float32', 3) : tf.tensor2d([1, 0, 0, 1], [2, 2]),
  );
  const output = generator.predict(inputs.length > 1 ? inputs : inputs[0]!) as tf.Tensor;
  return (await output.data()) as Float32Array;
}

/** Batch norm's moving moments are 0 and 1 in a new generator, and its images nearly 0: scaled, its kernels make contrast. */
function contrasting(settings: TrainSettings): tfl.LayersModel {
  const generator = createGenerator(resolveConfig({ ...tiny, ...settings }));
  for (const weight of generator.trainableWeights) weight.write(tf.mul(weight.read(), 3));
  return generator;
}

describe('a generator file', () => {
  it.each<[string, TrainSettings]>([
    ['dcgan', {}],
    ['conditional', { classes: 2 }],
    ['blurred, skip sums', { upsampling: 'transposed-1-2-1', outputSkips: true }],
    ['paper', { preset: 'paper', ...tiny, channels: 3, batchSize: 4 }],
  ])('gives back the same images from F32, and nearly the same from F16: %s', async (_, settings) => {
    const generator = contrasting(settings);
    const expected = await imagesOf(generator);
    const classNames = settings.classes ? ['NORMAL', 'PNEUMONIA'] : undefined;
    const given = { ...info(settings), classNames };
    const [whole, half] = [
      await writeGenerator(generator, given),
      await writeGenerator(generator, given, { type: 'F16' }),
    ];
    expect(half.length).toBeLessThan(0.5 * whole.length + 2 ** 14);
    for (const [bytes, tolerance] of [
      [whole, 0],
      [half, 0.02],
    ] as const) {
      const read = readGenerator(bytes);
      expect({ config: read.config, step: read.step, classNames: read.classNames }).toEqual(given);
      expect(readGeneratorInfo(bytes)).toEqual(JSON.parse(JSON.stringify(given)));
      const images = await imagesOf(read.generator);
      // In [−1, 1]: a weight's float16 is off by at most 2^−11 of it, which sums over six layers to about a grey level or two (1/127.5).
      expect(Math.max(...images.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(
        tolerance,
      );
      read.generator.dispose();
    }
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.05);
    generator.dispose();
  });

  it('is loaded from disk as a checkpoint is', async () => {
    const generator = contrasting({});
    const file = join(folder, 'g.safetensors');
    await writeFile(file, await writeGenerator(generator, info()));
    const loaded = await loadGenerator(file);
    expect(await imagesOf(loaded)).toEqual(await imagesOf(generator));
    expect(await readCheckpointInfo(file)).toEqual({
      ...info(),
      classNames: undefined,
      best: undefined,
      images: undefined,
    });
    await expect(loadGenerator(file, { step: 3 })).rejects.toMatchObject({
      code: 'not-found',
      file,
      reason: 'no checkpoint of step 3: it is a generator file',
    });
    await expect(loadGenerator(file, { maxBytes: 10 })).rejects.toMatchObject({ code: 'too-large', file });
    await expect(loadGenerator(join(folder, 'none.safetensors'))).rejects.toMatchObject({
      code: 'not-found',
    });
    generator.dispose();
    loaded.dispose();
  });

  it('has a setting that it does not name as off, whatever its preset has by now', async () => {
    const generator = createGenerator(info().config);
    const bytes = await writeGenerator(generator, info());
    const { medianFilter: _, ...older } = { ...info().config, preset: 'xray' };
    const metadata = { ...readSafetensorsMetadata(bytes), config: JSON.stringify(older) };
    const { config } = readGeneratorInfo(writeSafetensors(readSafetensors(bytes), { metadata }));
    expect(config).toEqual({ ...older, medianFilter: false });
    generator.dispose();
  });

  it('may hold its tensors in any order, as other writers of safetensors do', async () => {
    const settings = { upsampling: 'bilinear', outputSkips: true } as const;
    const generator = contrasting(settings);
    const bytes = await writeGenerator(generator, info(settings));
    const sorted = new Map([...readSafetensors(bytes)].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect([...sorted.keys()]).not.toEqual([...readSafetensors(bytes).keys()]);
    const { generator: read } = readGenerator(
      writeSafetensors(sorted, { metadata: readSafetensorsMetadata(bytes) }),
    );
    expect(await imagesOf(read)).toEqual(await imagesOf(generator));
    generator.dispose();
    read.dispose();
  });

  it('is refused where it does not hold what it says', async () => {
    const generator = createGenerator(info().config);
    const bytes = await writeGenerator(generator, info());
    const metadata = readSafetensorsMetadata(bytes);
    const tensors = readSafetensors(bytes);
    const [first, ...rest] = [...tensors];
    const { data, shape } = first![1];
    const changed = (...values: number[]) =>
      new Map([
        [first![0], { shape, data: Float32Array.from([...values, ...data.slice(values.length)]) }],
        ...rest,
      ]);
    const config = (more: object) => JSON.stringify({ ...JSON.parse(metadata.config!), ...more });
    const cases: [Uint8Array, string, string][] = [
      [writeSafetensors(tensors), 'unsupported', 'not of a generator'],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, format: 'other' } }),
        'unsupported',
        'not of a generator',
      ],
      [writeSafetensors(tensors, { metadata: { ...metadata, config: 'no' } }), 'corrupt', 'config: '],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, config: config({ size: 33 }) } }),
        'corrupt',
        'config: ',
      ],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, config: config({ width: 1 }) } }),
        'too-large',
        'more than',
      ],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, config: config({ width: 3 }) } }),
        'mismatch',
        'another network',
      ],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, config: config({ width: 1500 }) } }),
        'mismatch',
        'weights in place of',
      ],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, config: config({ latentDim: 1e6 }) } }),
        'corrupt',
        'config: invalid latentDim: 1000000',
      ],
      [writeSafetensors(tensors, { metadata: { ...metadata, step: '1.5' } }), 'corrupt', 'step: 1.5'],
      [writeSafetensors(tensors, { metadata: { ...metadata, step: '-1' } }), 'corrupt', 'step: -1'],
      [
        writeSafetensors(tensors, { metadata: { ...metadata, classNames: '["a"]' } }),
        'corrupt',
        'classNames: ',
      ],
      [writeSafetensors(new Map(rest), { metadata }), 'mismatch', 'another network'],
      [writeSafetensors(changed(Number.NaN), { metadata }), 'corrupt', `${first![0]}: not all`],
      [bytes.subarray(0, bytes.length - 1), 'truncated', 'cut off'],
    ];
    for (const [wrong, code, reason] of cases) {
      const before = tf.memory().numTensors;
      let error: unknown;
      try {
        readGenerator(wrong, { file: 'g' });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(CxrFileError);
      expect(error).toMatchObject({ code, file: 'g' });
      expect((error as Error).message).toContain(reason);
      expect(tf.memory().numTensors).toBe(before);
    }
    generator.dispose();
  });

  it('is not written of something else, or with what is wrong about it', async () => {
    const generator = createGenerator(info().config);
    const discriminator = createDiscriminator(tiny);
    await expect(writeGenerator(discriminator, info())).rejects.toThrow(TypeError);
    await expect(writeGenerator(generator, undefined as never)).rejects.toThrow(
      'writeGenerator takes { config, step }',
    );
    await expect(writeGenerator(generator, { ...info(), step: -1 })).rejects.toThrow('invalid step: -1');
    await expect(writeGenerator(generator, { ...info(), classNames: ['a'] })).rejects.toThrow(
      'invalid classNames',
    );
    await expect(writeGenerator(generator, info(), { type: 'F8' as never })).rejects.toThrow(
      'invalid type: F8',
    );
    await expect(writeGenerator(generator, info({ width: 3 }))).rejects.toThrow('not of this config');
    generator.trainableWeights[0]!.write(
      tf.mul(tf.ones(generator.trainableWeights[0]!.shape as number[]), 1e5),
    );
    await expect(writeGenerator(generator, info(), { type: 'F16' })).rejects.toThrow(
      'too large for a float16',
    );
    const [weight] = generator.trainableWeights;
    weight!.write(tf.fill(weight!.shape as number[], Number.POSITIVE_INFINITY));
    await expect(writeGenerator(generator, info())).rejects.toThrow(
      new RangeError(`invalid generator: not all numbers of ${weight!.originalName} are finite`),
    );
    generator.dispose();
    discriminator.dispose();
  });
});
