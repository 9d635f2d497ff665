import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  keptRun,
  pauseRun,
  resumeRun,
  startRun,
  type TrainNews,
  type TrainSettings,
} from '../src/worker/train.js';

const store = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  get: async (key: string) => store.get(key),
  set: async (key: string, value: unknown) => void store.set(key, value),
  setMany: async (entries: [string, unknown][]) => {
    for (const [key, value] of entries) store.set(key, value);
  },
  del: async (key: string) => void store.delete(key),
}));

const SETTINGS: TrainSettings = {
  files: [],
  size: 32,
  width: 4,
  batchSize: 4,
  steps: 3,
  seed: 1,
  backend: 'wasm',
};
const quiet = (_: TrainNews): void => {};

/** The thread of the part Train, with a map in place of the browser's database. */
describe('the thread of Train', () => {
  beforeEach(() => store.clear());

  it('pauses a run that is still starting, keeps it, and goes on with it', async () => {
    const ended = startRun(SETTINGS, quiet);
    pauseRun();
    expect(await ended).toEqual({ reason: 'aborted', step: 0 });
    expect(await keptRun()).toMatchObject({ step: 0, steps: 3 });
    const resumed = resumeRun(quiet);
    pauseRun();
    expect(await resumed).toEqual({ reason: 'aborted', step: 0 });
    expect(await resumeRun(quiet)).toEqual({ reason: 'done', step: 3 });
  });

  it('pauses after a step', async () => {
    const pauseAtOnce = (news: TrainNews): void => {
      if (news.type === 'step') pauseRun();
    };
    expect(await startRun(SETTINGS, pauseAtOnce)).toMatchObject({ reason: 'aborted' });
    expect((await keptRun())!.step).toBeLessThan(3);
  });

  it('leaves the kept run where a new one does not start', async () => {
    await startRun(SETTINGS, quiet);
    const before = new Map(store);
    const file = new File(['no image'], 'bad.png');
    await expect(startRun({ ...SETTINGS, files: [{ name: 'bad.png', file }] }, quiet)).rejects.toThrow(
      /bad\.png/,
    );
    await expect(startRun({ ...SETTINGS, backend: 'webgl' as 'wasm' }, quiet)).rejects.toThrow();
    await expect(startRun({ ...SETTINGS, batchSize: 0 }, quiet)).rejects.toThrow(RangeError);
    expect(store).toEqual(before);
  });

  it('puts a new run and its images in place of the kept one', async () => {
    await startRun(SETTINGS, quiet);
    const images = store.get('images');
    await startRun({ ...SETTINGS, seed: 2, steps: 2 }, quiet);
    expect(await keptRun()).toMatchObject({ step: 2, steps: 2 });
    expect(store.get('images')).not.toEqual(images);
  });
});
