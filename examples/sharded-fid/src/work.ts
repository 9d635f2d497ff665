import { access } from 'node:fs/promises';
import type { CliContext } from '@cxr/cli';
import type { InceptionEngine } from '@cxr/fid';
import { createEngine, findWeights, loadWeights, pathStatistics, writeStatistics } from '@cxr/fid/node';
import { Worker } from 'bullmq';
import { connect, hostOf } from './queue.js';
import { checkJob, type ShardJob } from './shard-job.js';

/** Computes shards until the signal aborts; the shard that is going on is finished. */
export async function work(
  {
    redis: url,
    queue,
    threads,
    stalledAfter,
  }: { redis: string; queue: string; threads?: number | undefined; stalledAfter: number },
  { output, signal }: CliContext,
): Promise<void> {
  const engines = new Engines(threads);
  const connection = connect(url, output.note);
  const worker = new Worker<unknown>(
    queue,
    async ({ data }) => {
      const job = checkJob(data);
      if (await exists(job.file)) return;
      const { engine, weights } = await engines.of(job);
      const { paths } = await pathStatistics([job.path], {
        engine,
        shard: job.shard,
        resize: job.resize,
        recursive: job.recursive,
        onProgress: ({ done, total }) =>
          output.progress({ phase: `shard ${job.shard[0]} of ${job.path}`, done, total, unit: 'images' }),
      });
      const { statistics, part } = paths[0]!;
      // Workers may find other weights: the parts say which, so that they are not merged then.
      const settings = { ...part?.settings, weights };
      await writeStatistics(job.file, statistics, undefined, { ...part, settings });
      output.note(`wrote ${job.file}: ${statistics.count} images`);
    },
    {
      connection,
      lockDuration: 1000 * stalledAfter,
      stalledInterval: 1000 * stalledAfter,
      // A shard that a worker died with is done again however often that happens.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    },
  );
  worker.on('error', () => {
    // Of the connection; said by `connect`, which goes on.
  });
  worker.on('failed', (_, error) => output.note(`failed: ${error.message}`));
  output.note(`waiting for shards in ${queue} on ${hostOf(url)}`);
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await worker.close();
  } finally {
    connection.disconnect();
    engines.dispose();
  }
}

/** The engine of the last job: jobs of one score use the same. */
class Engines {
  readonly #threads: number | undefined;
  #key = '';
  #open: { engine: InceptionEngine; weights: string } | undefined;

  constructor(threads: number | undefined) {
    this.#threads = threads;
  }

  async of({ dims, weights: file }: ShardJob): Promise<{ engine: InceptionEngine; weights: string }> {
    const key = JSON.stringify([dims, file]);
    if (!this.#open || key !== this.#key) {
      this.dispose();
      const weights = await loadWeights(await findWeights({ file }));
      const engine = await createEngine(weights, { dims, threads: this.#threads });
      this.#open = { engine, weights: weights.sha256 ?? weights.kind };
      this.#key = key;
    }
    return this.#open;
  }

  dispose(): void {
    this.#open?.engine.dispose();
    this.#open = undefined;
  }
}

/** A statistics file is written under another name first, so one that is there is whole. */
export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
