import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { encodeOnnx } from '@cxr/backend/onnx';
import { listImages, readImage, readImages } from '@cxr/data/node';
import {
  activations,
  computeFid,
  createOnnxEngine,
  type OnnxEngineOptions,
  PREPROCESSINGS,
  type Preprocessing,
  resolvePreprocessing,
} from '@cxr/fid';
import { pathStatistics } from '@cxr/fid/node';
import { image, ndarray } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { preprocess } from '../src/engines/preprocessing.js';

// CommonJS, and loaded so that its absence (it is optional) fails this file alone.
const runtime = createRequire(import.meta.url)('onnxruntime-node');
const fixture = (name: string) => new URL(`../../../fixtures/fid/${name}`, import.meta.url);
const json = (name: string) => JSON.parse(readFileSync(fixture(name), 'utf8'));
const model = (name: string) => new Uint8Array(readFileSync(fixture(`encoders/${name}.onnx`)));

interface Case {
  model: string;
  preset: string;
  output: string;
  pool: 'first' | 'mean';
  /** Of each image: the sum of its pixels, and six of them. */
  pixels: number[][];
  activations: number[][];
}

/** By Python: fixtures/fid/make-encoders.py. */
const { names, cases }: { names: string[]; cases: Case[] } = json('encoders.json');
const presets: Record<string, Preprocessing> = json('encoders-preprocessing.json');
const files = names.map((name) => fileURLToPath(fixture(`encoders/${name}.png`)));
const { squeezed, ...named } = presets;

it('the goldens are of today’s ready-made preprocessings', () => {
  expect(named).toEqual(PREPROCESSINGS);
});

describe.each(cases)(
  '$model with $preset, output $output, $pool',
  ({ model: name, preset, output, pool, ...golden }) => {
    const how = resolvePreprocessing(presets[preset]!);

    it('makes the pixels that Pillow makes', async () => {
      for (const [i, file] of files.entries()) {
        const pixels = preprocess(await readImage(file), how);
        const [sum, ...some] = golden.pixels[i]!;
        expect(pixels.length).toBe(how.size ** 2 * how.channels);
        const values = some.map((_, k) => pixels[1000 + k * Math.floor(pixels.length / 7)]!);
        // Bytes are equal; floats are off by float32's rounding.
        if (how.round) {
          expect(values).toEqual(some);
          expect(Array.from(pixels).reduce((total, value) => total + value, 0)).toBe(sum);
        } else for (const [k, value] of values.entries()) expect(value).toBeCloseTo(some[k]!, 3);
      }
    });

    it('gives the activations that onnxruntime gives in Python', async () => {
      const preprocessing = preset in PREPROCESSINGS ? (preset as keyof typeof PREPROCESSINGS) : squeezed!;
      const options = { runtime, preprocess: preprocessing, output, pool, chunk: 2 } as const;
      const engine = await createOnnxEngine(model(name), options);
      expect(engine).toMatchObject({ name: 'onnx', dims: golden.activations[0]!.length });
      const rows = await activations(readImages(files), engine);
      expect(rows.shape).toEqual([3, engine.dims]);
      // Another build of onnxruntime sums in another order: float32's 1e-7 over layers.
      for (const [i, value] of rows.data.entries()) {
        expect(value).toBeCloseTo(golden.activations.flat()[i]!, 4);
      }
      engine.dispose();
    });
  },
);

describe('an encoder’s engine', () => {
  const open = (name: string, options: Partial<OnnxEngineOptions> = {}) =>
    createOnnxEngine(model(name), { runtime, preprocess: 'dinov2', ...options });

  it('scores sets and folders, and says what the score depends on', async () => {
    const engine = await open('vit', { output: 'class_token', file: 'vit.onnx' });
    const set = readImages(files);
    const { fid } = await computeFid(set, readImages(files.slice(0, 2)), { engine });
    expect(fid).toBeGreaterThan(0);
    const folder = fileURLToPath(fixture('encoders'));
    const report = await pathStatistics([folder], { engine, workers: 0, keepActivations: true });
    expect(report.resize).toBeUndefined();
    expect(report.engine).toMatchObject({
      name: 'onnx',
      preprocessing: resolvePreprocessing('dinov2'),
      encoder: { file: 'vit.onnx', preprocess: 'dinov2', output: 'class_token', pool: 'first' },
    });
    expect(report.engine!.encoder!.sha256).toMatch(/^[0-9a-f]{64}$/);
    const listed = await activations(readImages(await listImages(folder)), engine);
    expect(report.paths[0]!.activations!.data).toEqual(listed.data);
    await expect(activations(readImages(files), engine, { resize: 'clean' })).rejects.toThrow(
      'resize is for the Inception: the engine onnx has a preprocessing of its own',
    );
    engine.dispose();
  });

  it('takes the first output where none is named, and batches of any stride', async () => {
    const engine = await open('last', { preprocess: squeezed! });
    expect(engine.encoder).toMatchObject({ output: 'embedding', preprocess: 'custom' });
    const data = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => (i * 2654435761) >>> 24);
    const batch = ndarray(data, [2, 32, 32, 3]);
    const turned = ndarray(
      Uint8Array.from(data, (_, i) =>
        batch.get(i % 2, Math.floor(i / 2) % 32, Math.floor(i / 64) % 32, Math.floor(i / 2048)),
      ),
      [2, 32, 32, 3],
      [1, 2, 64, 2048],
    );
    expect((await engine.activations(turned)).data).toEqual((await engine.activations(batch)).data);
    await expect(engine.activations(ndarray(data, [2, 32, 96, 1]))).rejects.toThrow(
      'batch must be [n, 32, 32, 3]: [2,32,96,1]',
    );
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(engine.activations(batch, { signal: aborted })).rejects.toThrow('enough');
    engine.dispose();
    engine.dispose();
    await expect(engine.activations(batch)).rejects.toThrow('the engine is disposed');
  });

  it('refuses by name what is none', async () => {
    await expect(createOnnxEngine('x.onnx' as never, { runtime, preprocess: 'clip' })).rejects.toThrow(
      TypeError,
    );
    await expect(open('vit', { runtime: undefined as never })).rejects.toThrow('runtime must be onnxruntime');
    await expect(open('vit', { output: 'logits' })).rejects.toThrow(
      'unknown output: logits (the model has tokens, class_token)',
    );
    await expect(open('vit', { pool: 'max' as never })).rejects.toThrow('invalid pool: max (first, mean)');
    await expect(open('vit', { chunk: 0 })).rejects.toThrow(RangeError);
    await expect(open('vit', { size: 3 } as never)).rejects.toThrow("unknown option 'size'");
    await expect(open('vit', { preprocess: 'dino' as never })).rejects.toThrow('unknown preprocessing: dino');
    // The model takes three channels.
    await expect(open('vit', { preprocess: 'xrv' })).rejects.toThrow();
    await expect(createOnnxEngine(Uint8Array.of(1, 2, 3), { runtime, preprocess: 'clip' })).rejects.toThrow();
  });

  it('a model that is refused is freed', async () => {
    let released = 0;
    const counting = {
      ...runtime,
      InferenceSession: {
        create: async (bytes: Uint8Array) => {
          const session = await runtime.InferenceSession.create(bytes);
          const { inputNames, outputNames } = session;
          return {
            inputNames,
            outputNames,
            run: session.run.bind(session),
            release: async () => void released++,
          };
        },
      },
    };
    await expect(open('vit', { runtime: counting, output: 'logits' })).rejects.toThrow('unknown output');
    await expect(open('vit', { runtime: counting, preprocess: 'xrv' })).rejects.toThrow();
    expect(released).toBe(2);
    (await open('vit', { runtime: counting })).dispose();
    expect(released).toBe(3);
  });

  it.each([
    ['two inputs', ['n', 3, 2, 2], 'float32', 'Add', ['a', 'b']],
    ['an output of rank 1', ['n'], 'float32', 'Flatten', ['a']],
  ] as const)('refuses a model of %s', async (what, shape, type, op, inputs) => {
    const bytes = encodeOnnx({
      name: 'odd',
      nodes:
        op === 'Add'
          ? [{ op, inputs: [...inputs], outputs: ['y'] }]
          : [
              {
                op: 'ReduceMean',
                inputs: ['a'],
                outputs: ['y'],
                attributes: { axes: [1, 2, 3], keepdims: 0 },
              },
            ],
      initializers: [],
      inputs: inputs.map((name) => ({ name, type, shape: ['n', 3, 2, 2] })),
      outputs: [{ name: 'y', type, shape: [...shape] }],
    });
    const expected =
      what === 'two inputs'
        ? 'an encoder has one input, this model has a, b'
        : 'output y is [1], not float32';
    await expect(createOnnxEngine(bytes, { runtime, preprocess: { size: 2 } })).rejects.toThrow(expected);
  });
});

describe('resolvePreprocessing', () => {
  it('fills in the defaults', () => {
    expect(resolvePreprocessing({ size: 8 })).toEqual({
      ...{ size: 8, crop: 'after', shorter: 8, filter: 'bicubic', round: true, channels: 3, layout: 'NCHW' },
      ...{ mean: [0, 0, 0], std: [1, 1, 1] },
    });
  });

  it.each([...Object.values(presets), { size: 8, crop: 'none' as const }])(
    'takes its own result: %j',
    (given) => {
      const full = resolvePreprocessing(given);
      expect(resolvePreprocessing(full)).toEqual(full);
    },
  );

  it.each<[object, string]>([
    [{}, 'invalid size: undefined (a whole number, 1 to 4096)'],
    [{ size: 0 }, 'invalid size: 0'],
    [{ size: 5000 }, 'invalid size: 5000'],
    [{ size: 8, crop: 'middle' }, 'invalid crop: "middle" (after, before or none)'],
    [{ size: 8, shorter: 7 }, 'invalid shorter: 7 (at least size, 8)'],
    [{ size: 8, shorter: 9, crop: 'none' }, "invalid shorter: 9 (only with crop: 'after')"],
    [{ size: 8, filter: 'cubic' }, 'invalid filter: "cubic"'],
    [{ size: 8, round: 1 }, 'invalid round: 1'],
    [{ size: 8, channels: 4 }, 'invalid channels: 4'],
    [{ size: 8, mean: [0.5] }, 'invalid mean: [0.5] (a number for each channel)'],
    [{ size: 8, std: [1, 0, 1] }, 'invalid std: [1,0,1] (a number above 0 for each channel)'],
    [{ size: 8, std: [1, Number.NaN, 1] }, 'invalid std'],
    [{ size: 8, layout: 'CHW' }, 'invalid layout: "CHW" (NCHW or NHWC)'],
    [{ size: 8, resize: 3 }, "unknown option 'resize' of a preprocessing"],
  ])('refuses %j', (given, message) => {
    expect(() => resolvePreprocessing(given as Preprocessing)).toThrow(RangeError);
    expect(() => resolvePreprocessing(given as Preprocessing)).toThrow(message);
  });

  it('an image that is too narrow for the resize is refused before it takes memory', () => {
    const line = image(new Uint8Array(300_000), 1, 300_000, 1);
    expect(() => preprocess(line, resolvePreprocessing('dinov2'))).toThrow(
      'an image of 300000 × 1 is too narrow: its shorter side cannot be brought to 256',
    );
  });
});
