import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { listCheckpoints, loadCheckpoint } from '@cxr/dcgan/node';
import { createRng } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { run, runsFolder, start } from './cli-support.js';

const { at, train, weightsOf } = runsFolder();

describe('cxr-dcgan train that is interrupted', () => {
  it('lets one trainer at a time write into a folder, and takes over from one that was killed', async () => {
    const { child, ended } = start(...train('d', 100_000, '--checkpoint-every', '1'));
    const log = at('d', 'log.jsonl');
    const steps = async () =>
      (await readFile(log, 'utf8').catch(() => '')).match(/"type":"step"/g)?.length ?? 0;
    while (child.exitCode === null && (await steps()) < 2) await sleep(20);
    const second = await run(...train('d', 3, '--resume'));
    expect(second).toMatchObject({
      status: 2,
      err: expect.stringContaining(`in use by process ${child.pid} on`),
    });
    expect(second.err).toContain(at('d', '.cxr-lock'));
    child.kill('SIGKILL');
    await ended;
    const done = (await listCheckpoints(at('d', 'checkpoint'))).at(-1)!;
    for (const more of [1, 2]) {
      await appendFile(log, '{"type":"step","step":1,"lo');
      expect(await run(...train('d', done + more, '--resume'))).toMatchObject({ status: 0 });
    }
    const lines = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: done + 2 }, (_, i) => i + 1),
    );
  });

  it('ends after its step with a checkpoint', async () => {
    const { child, ended } = start(...train('c', 100_000, '--checkpoint-every', '100000'));
    // Without a terminal no progress is shown: the log tells of the first step.
    const log = at('c', 'log.jsonl');
    const stepped = async () => (await readFile(log, 'utf8').catch(() => '')).includes('"step"');
    while (child.exitCode === null && !(await stepped())) await sleep(20);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 130, err: expect.stringContaining('aborted at step') });
    expect(await listCheckpoints(at('c', 'checkpoint'))).toHaveLength(1);
  });

  it('ends at once at the second signal, in the middle of a slow step, and the last checkpoint is whole', async () => {
    // Steps of seconds: wide networks on the slowest backend.
    const slow = ['--backend', 'cpu', '--width', '8', '--batch-size', '16', '--checkpoint-every', '1'];
    const { child, ended } = start(...train('slow', 100_000, ...slow));
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    while (child.exitCode === null && !err.includes('checkpoint ')) await sleep(5);
    const seconds = JSON.parse(
      (await readFile(at('slow', 'log.jsonl'), 'utf8'))
        .split('\n')
        .find((line) => line.includes('"type":"step"'))!,
    ).secondsPerStep as number;
    // Well inside the second step, whose discriminator part takes longer than this.
    await sleep(200 * seconds);
    const began = performance.now();
    child.kill('SIGTERM');
    await sleep(10);
    child.kill('SIGTERM');
    const result = await ended;
    expect(result.status).toBe(143);
    expect(result.err).toContain('ending after this step, with a checkpoint (once more: at once)');
    expect(result.err).not.toContain('aborted at step');
    expect((performance.now() - began) / 1000).toBeLessThan(seconds + 5);
    expect(await listCheckpoints(at('slow', 'checkpoint'))).toEqual([1]);
    expect((await loadCheckpoint(at('slow'))).step).toBe(1);
    expect(await readFile(at('slow', 'log.jsonl'), 'utf8')).not.toContain('"type":"step","step":2');
  });

  // CXR_KILLS=20 makes the long form of it.
  const kills = Number(process.env.CXR_KILLS ?? 2);
  it(`survives SIGKILL at ${kills} moments, also while it writes: the weights are those of an unharmed run`, async () => {
    // A checkpoint each step: most of the time goes into writing them. No run gets as far as its last step by itself.
    const endless = ['--checkpoint-every', '1', '--resume'];
    const random = createRng(11);
    const store = at('killed', 'checkpoint');
    const latest = async () => (await listCheckpoints(store)).at(-1) ?? 0;
    for (let killed = 0; killed < kills; killed++) {
      const before = await latest();
      const { child, ended } = start(...train('killed', 1_000_000, ...endless));
      while ((await latest()) === before && child.exitCode === null) await sleep(5);
      await sleep(200 * random.uniform());
      child.kill('SIGKILL');
      expect((await ended).status).toBe(null);
      expect(await latest()).toBeGreaterThan(before);
    }
    const steps = (await latest()) + 2;
    expect(await start(...train('killed', steps, ...endless)).ended).toMatchObject({ status: 0 });
    expect(await start(...train('whole', steps)).ended).toMatchObject({ status: 0 });
    expect(await weightsOf('killed')).toBe(await weightsOf('whole'));
  }, 600_000);
});
