import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import type { TrainState } from '@cxr/dcgan';
import { checkpointFolder, listCheckpoints, loadCheckpoint } from '@cxr/dcgan/node';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from './train-support.js';

/** The call of `rename` or `rm` that is never made, and none after it: as if the process were killed before it. */
const kill = { at: Number.POSITIVE_INFINITY, calls: 0, now: () => {} };

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const killed =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      if (kill.calls++ < kill.at) return work(...args);
      kill.now();
      return new Promise(() => {});
    };
  return { ...real, rename: killed(real.rename), rm: killed(real.rm) };
});

const states: TrainState[] = [];
beforeAll(async () => {
  await useBackend('cpu');
  const checkpoints = { save: async (state: TrainState) => String(states.push(state)) };
  for (const event of await run({ steps: 4, checkpointEvery: 1, checkpoints })) {
    if (event.type === 'end') event.generator.dispose();
  }
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-kill-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Saves a state of `step`; true if the process was killed before it was done. */
async function save(step: number, killAt = Number.POSITIVE_INFINITY): Promise<boolean> {
  const death = new Promise<boolean>((resolve) => {
    Object.assign(kill, { at: killAt, calls: 0, now: () => resolve(true) });
  });
  const saved = checkpointFolder(folder, { keep: 1 }).save(states[step - 1]!);
  const killed = await Promise.race([saved.then(() => false), death]);
  kill.at = Number.POSITIVE_INFINITY;
  return killed;
}

describe('checkpointFolder, killed before any of its renames and removals', () => {
  it.each([
    ['the checkpoint of the same step', 2, [[2]]],
    ['the checkpoint before', 3, [[2], [2, 3], [3]]],
  ] as const)('has a whole checkpoint where it replaces %s', async (_, step, possible) => {
    let [at, killed] = [0, true];
    for (; killed; at++) {
      await save(2);
      killed = await save(step, at);
      const steps = await listCheckpoints(folder);
      expect(possible).toContainEqual(steps);
      for (const one of steps)
        expect(await loadCheckpoint(folder, { step: one })).toMatchObject({ step: one });
      // One more kill, in clearing up after the first.
      await save(4, at % 3);
      expect((await listCheckpoints(folder)).length).toBeGreaterThan(0);
      expect((await loadCheckpoint(folder)).generator.weights.length).toBeGreaterThan(0);
      await save(4);
      expect(await readdir(folder)).toEqual(['step-00000004']);
      await rm(folder, { recursive: true });
    }
    expect(at).toBeGreaterThan(2);
    await save(1);
  });
});
