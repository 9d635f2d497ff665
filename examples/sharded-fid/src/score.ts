import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CliContext, UsageError } from '@cxr/cli';
import {
  checkWritableFolder,
  filesDigest,
  keepSettings,
  listImages,
  openArrayImages,
  writeFileAtomic,
} from '@cxr/data/node';
import { type Dims, frechetDistance } from '@cxr/fid';
import { mergeStatistics, pathStatistics } from '@cxr/fid/node';
import { CxrFileError } from '@cxr/image';
import { Queue } from 'bullmq';
import { connect } from './queue.js';
import { jobId, type ShardJob, type ShardSettings, shardFile } from './shard-job.js';
import { exists } from './work.js';

/** How often the results are looked for. */
const POLL_MS = 500;
/** A shard that fails, for an unreadable image or a full disk, is tried so often. */
const ATTEMPTS = 3;

interface ScoreOptions extends ShardSettings {
  out: string;
  shards: number;
  redis: string;
  queue: string;
}

/** Puts the shards into the queue that are not there yet, waits for their files, merges them, and prints the FID. */
export async function score(
  [real, fake]: readonly [string, string],
  options: ScoreOptions,
  { output, signal }: CliContext,
): Promise<void> {
  const { shards, dims, resize, recursive } = options;
  const out = resolve(options.out);
  const weights = options.weights === undefined ? undefined : resolve(options.weights);
  const sets = { reals: resolve(real), fakes: resolve(fake) };
  await checkWritableFolder(out);
  const images = await digestOf(Object.values(sets), options);
  const settings = { ...sets, images, shards, dims, resize, weights, recursive };
  await keepSettings(join(out, 'settings.json'), settings);
  const jobs = Object.entries(sets).flatMap(([name, path]) =>
    Array.from({ length: shards }, (_, index): ShardJob => {
      const shard = [index, shards] as const;
      return { path, shard, file: shardFile(out, name, shard), dims, resize, weights, recursive };
    }),
  );
  const connection = connect(options.redis, output.note);
  const queue = new Queue<ShardJob>(options.queue, { connection });
  queue.on('error', () => {
    // Of the connection; said by `connect`, which goes on.
  });
  try {
    await finish(jobs, queue, { output, signal });
  } finally {
    // Not closed: that would wait for a server that is away.
    connection.disconnect();
  }
  const [a, b] = await Promise.all(
    Object.keys(sets).map((name) =>
      mergeStatistics(Array.from({ length: shards }, (_, i) => shardFile(out, name, [i, shards]))),
    ),
  );
  await checkSameWeights(
    Object.keys(sets).map((name) => shardFile(out, name, [0, shards])),
    dims,
  );
  const fid = frechetDistance(a!, b!);
  const result = { fid, dims, resize, n1: a!.count, n2: b!.count, shards };
  await writeFileAtomic(join(out, 'fid.json'), `${JSON.stringify(result, null, 2)}\n`);
  output.note(`${dims} dims, ${a!.count} against ${b!.count} images, ${shards} shards each`);
  output.result(`FID:  ${fid}`);
}

/**
 * Tells whether the images are those of earlier shards.
 * @throws UsageError where a shard would have fewer than two of them.
 */
async function digestOf(
  paths: readonly string[],
  { shards, recursive }: Pick<ScoreOptions, 'shards' | 'recursive'>,
): Promise<string[]> {
  const digests = [];
  for (const path of paths) {
    const isArray = /\.np[yz]$/i.test(path);
    const files = isArray ? [path] : await listImages(path, { recursive });
    const count = isArray ? (await openArrayImages(path)).count : files.length;
    if (count < 2 * shards)
      throw new UsageError(`${count} images in ${path} are too few for ${shards} shards of two or more`);
    digests.push(await filesDigest(files.map((file) => ({ file }))));
  }
  return digests;
}

/** The shards of a set were compared when they were merged. @throws CxrFileError for sets by other weights */
async function checkSameWeights(files: readonly string[], dims: Dims): Promise<void> {
  const { paths } = await pathStatistics(files, { dims });
  const [reals, fakes] = paths.map(({ settings }) => settings?.weights);
  if (reals === fakes) return;
  const reason = `statistics by other weights: ${fakes}, not ${reals} as the reals`;
  throw new CxrFileError('mismatch', reason, { file: files[1]! });
}

/** Waits until every job's file is there. @throws CxrFileError with the reason of a job that failed for good. */
async function finish(
  jobs: readonly ShardJob[],
  queue: Queue<ShardJob>,
  { output, signal }: Pick<CliContext, 'output' | 'signal'>,
): Promise<void> {
  const isMissing = async (job: ShardJob) => ((await exists(job.file)) ? [] : [job]);
  let missing = (await Promise.all(jobs.map(isMissing))).flat();
  for (const job of missing) await enqueue(queue, job);
  while (missing.length > 0) {
    output.progress({
      phase: 'shards',
      done: jobs.length - missing.length,
      total: jobs.length,
      unit: 'shards',
    });
    await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    missing = (await Promise.all(missing.map(isMissing))).flat();
    for (const job of missing) {
      const queued = await queue.getJob(jobId(job));
      if (queued && (await queued.isFailed()))
        throw new CxrFileError('unreadable', `shard ${job.shard[0]}: ${queued.failedReason}`, {
          file: job.path,
        });
      // A server that lost its memory: what was in the queue is put there again.
      if (!queued) await enqueue(queue, job);
    }
  }
}

async function enqueue(queue: Queue<ShardJob>, job: ShardJob): Promise<void> {
  const id = jobId(job);
  const before = await queue.getJob(id);
  // Done or failed earlier, and its file is not there.
  if (before && ['completed', 'failed'].includes(await before.getState())) await before.remove();
  await queue.add('shard', job, { jobId: id, attempts: ATTEMPTS, removeOnComplete: true });
}
