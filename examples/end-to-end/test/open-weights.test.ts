import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Options } from '../src/options.js';
import { openWeights } from '../src/scoring.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-open-weights-'));
const file = join(folder, 'own.safetensors');
const open = (options: Partial<Options>) =>
  openWeights({ seed: 5, dims: 64, ...options } as Options, () => {});

// A machine without weights and without a network.
beforeEach(() => {
  for (const name of ['CXR_CACHE', 'XDG_CACHE_HOME', 'TORCH_HOME']) vi.stubEnv(name, folder);
  vi.stubEnv('CXR_INCEPTION_WEIGHTS', '');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('openWeights, where no weights can be had', () => {
  it('gives the demo seeded random ones, and says so', async () => {
    const { weights, notes } = await open({});
    expect(weights.kind).toBe('random');
    const name = 'Conv2d_1a_3x3.conv.weight';
    expect(weights.tensors.get(name)).toEqual(randomWeights(5).tensors.get(name));
    expect(notes).toEqual([expect.stringMatching(/scored with random ones.*not with any published FID/)]);
  });

  it('never scores real images by random weights', async () => {
    await expect(open({ data: folder })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/^no Inception weights: give --weights FILE/),
    });
  });

  it('never takes others than those that were named', async () => {
    const gone = join(folder, 'gone.pth');
    await expect(open({ weights: gone })).rejects.toMatchObject({ code: 'not-found', file: gone });
    await expect(open({ weights: gone, data: folder })).rejects.toMatchObject({ code: 'not-found' });
    vi.stubEnv('CXR_INCEPTION_WEIGHTS', gone);
    await expect(open({})).rejects.toMatchObject({ code: 'not-found', file: gone });
  });

  it('does not hide that a file is damaged', async () => {
    writeFileSync(file, 'hello');
    await expect(open({ weights: file })).rejects.toMatchObject({ code: 'corrupt', file });
    vi.stubEnv('CXR_INCEPTION_WEIGHTS', file);
    await expect(open({})).rejects.toMatchObject({ code: 'corrupt', file });
  });
});

describe('openWeights, where there are weights', () => {
  it('takes them for the demo and for real images alike, without a note', async () => {
    writeFileSync(file, writeSafetensors(randomWeights(6).tensors));
    vi.stubEnv('CXR_INCEPTION_WEIGHTS', file);
    for (const options of [{}, { data: folder }, { weights: file }]) {
      const { weights, notes } = await open(options);
      expect(weights).toMatchObject({ kind: 'safetensors', file });
      expect(notes).toEqual([]);
    }
  });
});
