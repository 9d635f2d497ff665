import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import * as main from '@cxr/fid';
import * as node from '@cxr/fid/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyFunction,
  expectEveryFunction,
  wrongAnswers,
} from '../../../test/support/wrong-arguments.js';
import { stripesEngine, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-wrong-fid-'));
const engine = stripesEngine();
const images = [phantom({ seed: 1, size: 16 }), phantom({ seed: 2, size: 16 })];
const big = phantom({ seed: 1, size: 32 });
const rows = syntheticActivations(20, 5, 1);
const statistics = main.Statistics.of(rows);
const weights = main.randomWeights(1);
const bytes = main.writeSafetensors(new Map([['a', { shape: [1], data: new Float32Array(1) }]]));
const options = { engine, workers: 0 };

// CommonJS, and loaded so that its absence (it is optional) fails this file alone.
const runtime = createRequire(import.meta.url)('onnxruntime-node');

beforeAll(async () => {
  for (let i = 0; i < 12; i++)
    await writeFileAtomic(join(folder, `${i}.png`), encodePng(phantom({ seed: i, size: 16 })));
  await node.writeStatistics(join(folder, 'a.npz'), statistics);
});
afterAll(() => rmSync(folder, { recursive: true }));

const MAIN: Record<string, unknown[]> = {
  activationBatches: [images, engine, { batchSize: 1 }],
  activations: [images, engine, { batchSize: 1 }],
  assertDims: [64],
  assertResizeMode: ['clean'],
  bootstrap: [rows, rows, { resamples: 2, k: 1 }],
  ceiling: [rows, [...images, ...images, ...images], { engine, size: 8 }],
  cmmd: [rows, rows, { sigma: 1 }],
  compareActivations: [rows, rows, { k: 1 }],
  computeFid: [images, images, { engine }],
  createOnnxEngine: [bytes, { runtime, preprocess: 'clip' }],
  createTfjsEngine: [weights, { dims: 64 }],
  fidByClass: [
    { activations: rows, labels: Array(20).fill('a') },
    { activations: rows, labels: Array(20).fill('a') },
  ],
  fidContributions: [statistics, rows],
  fidInfinity: [statistics, rows, { points: 2 }],
  frd: [images, images, { size: 8 }],
  msSsim: [big, big],
  msSsimDiversity: [images, { size: 32 }],
  frechetDistance: [statistics, statistics, { method: 'factors' }],
  frechetTerms: [statistics, statistics, { method: 'factors' }],
  inceptionScore: [rows, { splits: 2 }],
  inceptionOnnx: [weights, { dims: 64, input: 'uint8' }],
  kid: [rows, rows, { seed: 1 }],
  memorisation: [rows, rows],
  noiseFloor: [rows, { splits: 1 }],
  prdc: [rows, rows, { k: 1 }],
  prepareImage: [images[0], 'clean'],
  prepareImages: [images, 'clean', { bits: 12 }],
  radiomicFeatures: [images[0], { binWidth: 9 }],
  randomWeights: [1],
  realism: [rows, rows, { k: 1 }],
  readSafetensors: [bytes],
  readTorch: [bytes],
  readWeights: [bytes, { file: 'a' }],
  resolvePreprocessing: [{ size: 8 }],
  spectrum: [images, { size: 16 }],
  spectrumSvg: [[]],
  Statistics: [5],
  statistics: [images, engine, { batchSize: 1 }],
  vendiScore: [rows],
  writeSafetensors: [weights.tensors],
};

const NODE: Record<string, unknown[]> = {
  createEngine: [weights, { dims: 64, engine: 'onnxruntime' }],
  createOnnxruntimeEngine: [weights, { dims: 64 }],
  findWeights: [{ file: 'a.pth' }],
  loadWeights: [join(folder, 'none.pth')],
  mergeStatistics: [[join(folder, 'none.npz')]],
  pathStatistics: [[folder], options],
  readActivations: [join(folder, 'a.npz')],
  readStatistics: [join(folder, 'a.npz')],
  sensitivity: [folder, { ...options, changes: [] }],
  writeStatistics: [join(folder, 'b.npz'), statistics],
};

/** Statistics has no public constructor: its methods stand for it. */
function callOf(module: object, name: string): AnyFunction {
  return name === 'Statistics' ? main.Statistics.empty : (module as Record<string, AnyFunction>)[name]!;
}

describe('wrong arguments', () => {
  it('are tried on every function', () => {
    expectEveryFunction(MAIN, main);
    expectEveryFunction(NODE, node);
  });

  it.each([
    ...Object.entries(MAIN).map(([name, right]) => [name, callOf(main, name), right] as const),
    ...Object.entries(NODE).map(([name, right]) => [name, callOf(node, name), right] as const),
    ['Statistics.of', main.Statistics.of, [rows]] as const,
    ['Statistics.fromMoments', main.Statistics.fromMoments, [{}]] as const,
    ['add', (...args: unknown[]) => main.Statistics.of(rows).add(args[0] as never), [rows]] as const,
    [
      'merge',
      (...args: unknown[]) => main.Statistics.of(rows).merge(args[0] as never),
      [statistics],
    ] as const,
  ])('of %s are named', async (_, call, right) => {
    expect(await wrongAnswers(call as AnyFunction, right)).toEqual([]);
  });
});
