import {
  activations,
  computeFid,
  createTfjsEngine,
  fidInfinity,
  frechetDistance,
  type InceptionEngine,
  inceptionOnnx,
  kid,
  prepareImage,
  randomWeights,
  readTorch,
  readWeights,
  Statistics,
  statistics,
} from '@cxr/fid';
import {
  createEngine,
  createOnnxruntimeEngine,
  ENGINES,
  pathStatistics,
  writeStatistics,
} from '@cxr/fid/node';
import { image } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { syntheticActivations } from './shared.js';

const engine: InceptionEngine = {
  name: 'unused',
  dims: 4,
  device: 'none',
  activations: () => Promise.reject(new Error('the engine was run')),
  dispose: () => {},
};
const images = [image(new Uint8Array(4), 2, 2, 1)];
const call = computeFid as (...args: unknown[]) => Promise<unknown>;

describe('wrong arguments say what was expected, before anything is computed', () => {
  it.each([
    ['a folder', ['folder'], /not a set of images: string folder: to read a folder, pass readImages/],
    ['a folder as the second', [images, 'folder', { engine }], /string folder: to read a folder/],
    ['one set', [images], /not a set of images: undefined$/],
    ['null', [images, null, { engine }], /not a set of images: null$/],
    ['an object', [images, {}, { engine }], /not a set of images: an object/],
    ['no options', [images, images], /there is no engine; createEngine of @cxr\/fid\/node makes one/],
    ['no engine', [images, images, {}], /there is no engine; .* pass it as \{ engine \}/],
    ['a name', [images, images, { engine: 'tfjs' }], /not an engine: string tfjs; createEngine/],
    [
      'weights',
      [images, images, { engine: { kind: 'random', tensors: new Map() } }],
      /not an engine: an object/,
    ],
  ])('computeFid of %s', async (_, args, message) => {
    await expect(call(...args)).rejects.toThrow(TypeError);
    await expect(call(...args)).rejects.toThrow(message);
  });

  it('activations and statistics', async () => {
    const nothing = undefined as never;
    for (const compute of [activations, statistics]) {
      await expect(compute(images, nothing)).rejects.toThrow(/there is no engine/);
      await expect(compute('folder' as never, engine)).rejects.toThrow(/to read a folder/);
      await expect(compute(images, engine, { batchSize: 0 })).rejects.toThrow('invalid batch size: 0');
      await expect(compute(images, engine, { resize: 'x' as 'clean' })).rejects.toThrow(
        /resize must be one of/,
      );
    }
  });

  it('need no engine between statistics', async () => {
    const moments = Statistics.of(syntheticActivations(9, 4, 1));
    expect(await call(moments, moments, {})).toMatchObject({ n1: 9, n2: 9 });
    expect(await call(moments, moments, { method: 'eigen' })).toMatchObject({ n1: 9 });
    await expect(call(moments, moments, { method: 'x' })).rejects.toThrow(/method must be one of/);
  });

  it('paths and engines', async () => {
    await expect(pathStatistics('folder' as never)).rejects.toThrow(
      /expected a list of paths, not string folder/,
    );
    await expect(pathStatistics([], { engine: {} as never })).rejects.toThrow(/not an engine: an object/);
    await expect(pathStatistics([], { engine: 'onnx' as never, dims: 100 })).rejects.toThrow(
      /dims must be one of/,
    );
    const options = { dims: 64, engine: 'onnx' as 'auto' } as const;
    await expect(createEngine(randomWeights(1), options)).rejects.toThrow(
      new RangeError(`engine must be one of ${ENGINES.join(', ')}: onnx`),
    );
    await expect(pathStatistics([], { engine, dims: 5 })).rejects.toThrow(
      new RangeError('the engine unused gives 4 dims, not 5'),
    );
  });

  it('weights, statistics, modes and bytes', async () => {
    const weights =
      /^expected the Inception's weights, not (undefined|string x\.pth|an object); readWeights of @cxr\/fid/;
    for (const wrong of [undefined, 'x.pth', {}] as never[]) {
      const options = { dims: 64 } as const;
      await expect(createEngine(wrong, options)).rejects.toThrow(weights);
      await expect(createOnnxruntimeEngine(wrong, options)).rejects.toThrow(weights);
      expect(() => createTfjsEngine(wrong, options)).toThrow(weights);
      expect(() => inceptionOnnx(wrong, { dims: 64, input: 'uint8' })).toThrow(weights);
    }
    const some = randomWeights(1);
    expect(() => inceptionOnnx(some, { dims: 65 as 64, input: 'uint8' })).toThrow(/dims must be one of/);
    expect(() => inceptionOnnx(some, { dims: 64, input: 'int8' as 'uint8' })).toThrow(
      new RangeError('input must be uint8 or float32: int8'),
    );
    const statistics = Statistics.of(syntheticActivations(9, 4, 1));
    const expected = /^expected Statistics, not (null|an object); Statistics\.of\(activations\)/;
    for (const wrong of [null, {}] as never[]) {
      expect(() => statistics.merge(wrong)).toThrow(expected);
      expect(() => frechetDistance(statistics, wrong)).toThrow(expected);
      expect(() => fidInfinity(wrong, syntheticActivations(30, 4, 1))).toThrow(expected);
      await expect(writeStatistics('x.npz', wrong)).rejects.toThrow(expected);
    }
    expect(() => Statistics.fromMoments({ mu: [1], sigma: [1] } as never)).toThrow(
      new TypeError('mu must be a Float64Array, not an array'),
    );
    expect(() => prepareImage(images[0]!, 'bilinear' as 'clean')).toThrow(
      /resize must be one of .*: bilinear/,
    );
    for (const wrong of [undefined, 'x.pth', [80, 75]] as never[]) {
      expect(() => readTorch(wrong)).toThrow(/a torch file's bytes must be a Uint8Array, not/);
      await expect(readWeights(wrong)).rejects.toThrow(/the weights' bytes must be a Uint8Array, not/);
    }
    expect(() => kid(undefined as never, undefined as never)).toThrow(
      new TypeError('activations must be an ndarray [n, dims], not undefined'),
    );
  });

  it('an engine whose activations are of another number or length is named', async () => {
    const rows = (n: number, dims: number): InceptionEngine => ({
      ...engine,
      activations: async () => syntheticActivations(n, dims, 1),
    });
    await expect(activations(images, rows(2, 4))).rejects.toThrow(
      'the engine unused gave activations [2,4] for 1 images, not [1,4]',
    );
    await expect(activations(images, rows(1, 5))).rejects.toThrow('gave activations [1,5] for 1 images');
  });
});
