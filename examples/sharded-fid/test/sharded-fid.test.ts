import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodePng, phantom } from '@cxr/data';
import { frechetDistance, randomWeights, writeSafetensors } from '@cxr/fid';
import { pathStatistics } from '@cxr/fid/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkJob } from '../src/shard-job.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const redisServer = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
const hasRedis = redisServer.status === 0;
if (!hasRedis) console.log('skipped: FID by a queue, for there is no redis-server on this machine');

/** More than the dims: zeros of a covariance's spectrum would come as roots of rounding. */
const IMAGES = 100;
const SHARDS = 10;

describe('checkJob', () => {
  const job = { path: '/a', shard: [0, 2], file: '/b.npz', dims: 64, resize: 'pil299' };

  it('takes a job', () => {
    expect(checkJob(job)).toEqual({ ...job, weights: undefined, recursive: false });
  });

  it.each([
    [undefined, /path of a job is no path/],
    [{ ...job, path: 3 }, /path of a job is no path: number 3/],
    [{ ...job, file: null }, /file of a job is no path/],
    [{ ...job, weights: {} }, /weights of a job is no path/],
    [{ ...job, shard: [2, 2] }, /invalid shard/],
    [{ ...job, dims: 65 }, /dims of a job: number 65/],
    [{ ...job, resize: 'big' }, /resize of a job/],
  ])('refuses %j', (wrong, message) => {
    expect(() => checkJob(wrong)).toThrow(message);
  });
});

describe.skipIf(!hasRedis)('FID by a queue', () => {
  let folder: string;
  let port: number;
  const started: ChildProcess[] = [];
  const at = (...path: string[]) => join(folder, ...path);

  function start(
    command: string,
    args: string[],
    env = process.env,
  ): { child: ChildProcess; text: () => string } {
    const child = spawn(command, args, { cwd: folder, env });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (text += data));
    started.push(child);
    return { child, text: () => text };
  }

  /** Keeps what it is told on disk, as a server of a queue must. */
  const startRedis = () =>
    start('redis-server', [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', at('redis')],
      ...['--appendonly', 'yes', '--appendfsync', 'always'],
    ]).child;
  const cliIn = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    start(process.execPath, [CLI, ...args, '--redis', `redis://127.0.0.1:${port}`], env);
  const cli = (...args: string[]) => cliIn(process.env, ...args);
  const startWorker = () => cli('work', '--threads', '1', '--stalled-after', '2');
  const ended = (child: ChildProcess) =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve(child.exitCode)
      : new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const shardsDone = () =>
    readdirSync(at('out')).filter((file) => /^(reals|fakes)-.*\.npz$/.test(file)).length;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cxr-sharded-fid-'));
    for (const name of ['reals', 'fakes', 'redis', 'out']) mkdirSync(at(name));
    writeFileSync(at('weights.safetensors'), writeSafetensors(randomWeights(1).tensors));
    for (let i = 0; i < IMAGES; i++) {
      writeFileSync(at('reals', `${i}.png`), encodePng(phantom({ seed: i, size: 32 })));
      writeFileSync(at('fakes', `${i}.png`), encodePng(phantom({ seed: 1000 + i, size: 32, sick: true })));
    }
    port = await new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await Promise.all(started.map(ended));
    rmSync(folder, { recursive: true });
  });

  it('equals the FID of one run, though workers die and Redis restarts', async () => {
    let redis = startRedis();
    const flags = [
      '--out',
      'out',
      '--shards',
      String(SHARDS),
      '--dims',
      '64',
      '--weights',
      'weights.safetensors',
    ];
    const score = cli('score', 'reals', 'fakes', ...flags);
    const victims = [startWorker(), startWorker()];
    await expect.poll(shardsDone, { timeout: 60_000, interval: 20 }).toBeGreaterThan(3);
    for (const { child } of victims) child.kill('SIGKILL');
    await Promise.all(victims.map(({ child }) => ended(child)));
    expect(shardsDone()).toBeLessThan(2 * SHARDS);

    const worker = startWorker();
    const before = shardsDone();
    await expect.poll(shardsDone, { timeout: 60_000, interval: 20 }).toBeGreaterThan(before);
    redis.kill('SIGKILL');
    await ended(redis);
    await sleep(1000);
    redis = startRedis();

    expect(await ended(score.child), score.text()).toBe(0);
    const { paths } = await pathStatistics([at('reals'), at('fakes')], {
      dims: 64,
      weights: { file: at('weights.safetensors') },
    });
    const expected = frechetDistance(paths[0]!.statistics, paths[1]!.statistics);
    const found = JSON.parse(readFileSync(at('out', 'fid.json'), 'utf8'));
    expect(found).toMatchObject({ n1: IMAGES, n2: IMAGES, shards: SHARDS, dims: 64 });
    expect(Math.abs(found.fid / expected - 1)).toBeLessThan(1e-9);
    expect(score.text()).toContain(`FID:  ${found.fid}`);

    // What is done is not done again.
    const again = cli('score', 'reals', 'fakes', ...flags);
    expect(await ended(again.child), again.text()).toBe(0);
    worker.child.kill('SIGINT');
    expect(await ended(worker.child), worker.text()).toBe(130);
    const other = cli('score', 'reals', 'fakes', '--out', 'out', '--shards', '7');
    expect(await ended(other.child)).not.toBe(0);
    expect(other.text()).toMatch(/shards was 10, now 7/);
    const many = cli('score', 'reals', 'fakes', '--out', 'out', '--shards', '60');
    expect(await ended(many.child)).toBe(2);
    expect(many.text()).toMatch(/100 images in \S+reals are too few for 60 shards of two or more/);

    // Nor are images that have changed since.
    writeFileSync(at('fakes', '0.png'), encodePng(phantom({ seed: 5000, size: 40 })));
    const changed = cli('score', 'reals', 'fakes', ...flags);
    expect(await ended(changed.child)).toBe(2);
    expect(changed.text()).toMatch(/settings\.json: its folder holds work with other settings: images was/);
  }, 180_000);

  it('does not merge what workers computed with other weights', async () => {
    writeFileSync(at('others.safetensors'), writeSafetensors(randomWeights(2).tensors));
    const flags = ['--out', 'out3', '--shards', '2', '--dims', '64', '--queue', 'weights'];
    const score = cli('score', 'reals', 'fakes', ...flags);
    for (const [name, done] of [
      ['weights', 1],
      ['others', 4],
    ] as const) {
      const environment = { ...process.env, CXR_INCEPTION_WEIGHTS: at(`${name}.safetensors`) };
      const worker = cliIn(environment, 'work', '--threads', '1', '--queue', 'weights');
      const count = () => readdirSync(at('out3')).filter((file) => file.endsWith('.npz')).length;
      await expect.poll(count, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(done);
      worker.child.kill('SIGINT');
      await ended(worker.child);
    }
    expect(await ended(score.child)).toBe(2);
    expect(score.text()).toMatch(/statistics by (another|other) weights: [0-9a-f]{64}, not [0-9a-f]{64} as/);
  }, 120_000);

  it('says which shard failed, and why', async () => {
    mkdirSync(at('broken'));
    for (const i of [0, 1, 2, 3]) writeFileSync(at('broken', `${i}.png`), 'no image');
    const worker = startWorker();
    const flags = ['--out', 'out2', '--shards', '1', '--dims', '64', '--weights', 'weights.safetensors'];
    const score = cli('score', 'reals', 'broken', ...flags);
    expect(await ended(score.child)).toBe(2);
    expect(score.text()).toMatch(
      /^npm run sharded-fid: \S+broken: shard 0: \S+0\.png: not an image of a known format$/m,
    );
    worker.child.kill('SIGINT');
    await ended(worker.child);
  }, 120_000);
});
