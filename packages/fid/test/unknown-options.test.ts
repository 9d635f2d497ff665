import {
  activationBatches,
  activations,
  bootstrap,
  ceiling,
  cmmd,
  compareActivations,
  computeFid,
  createTfjsEngine,
  fidInfinity,
  frd,
  frechetDistance,
  frechetTerms,
  type InceptionEngine,
  inceptionOnnx,
  inceptionScore,
  kid,
  msSsimDiversity,
  noiseFloor,
  prdc,
  prepareImages,
  radiomicFeatures,
  randomWeights,
  readWeights,
  realism,
  Statistics,
  spectrum,
  statistics,
  writeSafetensors,
} from '@cxr/fid';
import { createEngine, createOnnxruntimeEngine, findWeights, pathStatistics } from '@cxr/fid/node';
import { image, ndarray } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { syntheticActivations } from './shared.js';

const dims = 4;
const engine: InceptionEngine = {
  name: 'constant',
  dims,
  device: 'none',
  activations: async ({ shape: [n = 0] }) => ndarray(new Float32Array(n * dims), [n, dims]),
  dispose: () => {},
};
const images = [image(new Uint8Array(4), 2, 2, 1), image(new Uint8Array(4).fill(9), 2, 2, 1)];
const scans = [image(new Uint8Array(256), 16, 16, 1)];
const textured = [1, 2].map((step) =>
  image(
    Uint8Array.from({ length: 64 }, (_, i) => (i * 37 * step) % 251),
    8,
    8,
    1,
  ),
);
const a = syntheticActivations(30, dims, 1);
const b = syntheticActivations(30, dims, 2);
const of = Statistics.of;
const moments = { mu: new Float64Array(1), sigma: Float64Array.of(1) };
const weights = randomWeights(1);

async function firstOf(items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item;
  return undefined;
}

type Call = (options: object) => unknown;

/** Each function with options: its name, a call with more options, an option that it has, and a misspelt one. */
const calls: readonly [name: string, call: Call, known: object, unknown: string][] = [
  ['computeFid', (o) => computeFid(images, images, { engine, ...o }), { resize: 'clean' }, 'rezise'],
  ['activations', (o) => activations(images, engine, o), { batchSize: 1 }, 'batchsize'],
  ['activationBatches', (o) => firstOf(activationBatches(images, engine, o)), { total: 2 }, 'count'],
  ['statistics', (o) => statistics(images, engine, o), { bits: 12 }, 'bit'],
  ['prepareImages', (o) => firstOf(prepareImages(images, 'clean', o)), { range: [0, 1] }, 'resize'],
  ['frechetDistance', (o) => frechetDistance(of(a), of(b), o), { method: 'eigen' }, 'metod'],
  ['frechetTerms', (o) => frechetTerms(of(a), of(b), o), { method: 'eigen' }, 'metod'],
  ['compareActivations', (o) => compareActivations(a, b, o), { k: 3 }, 'subsets'],
  ['spectrum', (o) => spectrum(scans, o), { periods: [2] }, 'period'],
  ['cmmd', (o) => cmmd(a, b, o), { sigma: 2 }, 'gamma'],
  ['inceptionScore', (o) => inceptionScore(a, o), { splits: 2 }, 'split'],
  ['realism', (o) => realism(a, b, o), { k: 2 }, 'K'],
  ['bootstrap', (o) => bootstrap(a, b, { resamples: 2, ...o }), { k: 3 }, 'subsets'],
  ['ceiling', (o) => ceiling(a, images, { engine, size: 2, ...o }), { k: 1 }, 'sizes'],
  ['kid', (o) => kid(a, b, o), { subsetSize: 9 }, 'subset'],
  ['prdc', (o) => prdc(a, b, o), { k: 3 }, 'K'],
  ['fidInfinity', (o) => fidInfinity(of(a), b, o), { points: 3 }, 'point'],
  ['frd', (o) => frd(textured, textured, o), { binWidth: 9 }, 'bins'],
  ['msSsimDiversity', (o) => msSsimDiversity(textured, { size: 32, ...o }), { pairs: 1 }, 'pair'],
  ['radiomicFeatures', (o) => radiomicFeatures(textured[0]!, o), { binWidth: 9 }, 'bins'],
  ['noiseFloor', (o) => noiseFloor(a, o), { splits: 2 }, 'split'],
  ['Statistics.fromMoments', (o) => Statistics.fromMoments({ ...moments, ...o }), { count: 2 }, 'n'],
  [
    'readWeights',
    (o) => readWeights(writeSafetensors(weights.tensors), o),
    { file: 'a.safetensors' },
    'name',
  ],
  ['inceptionOnnx', (o) => inceptionOnnx(weights, { dims: 64, input: 'uint8', ...o }), {}, 'threads'],
  ['findWeights', (o) => findWeights({ file: 'a.pth', ...o }), { download: false }, 'path'],
  ['pathStatistics', (o) => pathStatistics([], { engine, ...o }), { workers: 0 }, 'worker'],
];

describe('an option that a function does not have is refused by name', () => {
  it.each(calls)('%s', async (name, call, known, unknown) => {
    await expect((async () => call(known))()).resolves.toBeDefined();
    const wrong = (async () => call({ ...known, [unknown]: 1 }))();
    await expect(wrong).rejects.toThrow(RangeError);
    await expect(wrong).rejects.toThrow(`unknown option '${unknown}' of ${name} (it has `);
  });

  it('engines', async () => {
    const wrong = { dims: 64, thread: 1 } as const;
    await expect(createEngine(weights, wrong)).rejects.toThrow("unknown option 'thread' of createEngine");
    await expect(createOnnxruntimeEngine(weights, wrong)).rejects.toThrow(
      "unknown option 'thread' of createOnnxruntimeEngine (it has dims, threads, chunk)",
    );
    for (const chunk of [0, -1, 1.5, Number.NaN]) {
      // A run of no images would never end.
      const message = `chunk must be a whole number above 0: ${chunk}`;
      await expect(createOnnxruntimeEngine(weights, { dims: 64, chunk })).rejects.toThrow(message);
      expect(() => createTfjsEngine(weights, { dims: 64, chunk })).toThrow(new RangeError(message));
    }
    await expect(createOnnxruntimeEngine(weights, { dims: 64, threads: 0 })).rejects.toThrow(
      'threads must be a whole number above 0: 0',
    );
    expect(() => createTfjsEngine(weights, wrong)).toThrow("unknown option 'thread' of createTfjsEngine");
  });
});
