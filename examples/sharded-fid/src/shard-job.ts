import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkShard, type Shard } from '@cxr/data/node';
import { DIMS, type Dims, RESIZE_MODES, type ResizeMode } from '@cxr/fid';
import { describeValue } from '@cxr/image';

/** How the statistics of all shards are computed. */
export interface ShardSettings {
  dims: Dims;
  resize: ResizeMode;
  /** File of the Inception's weights; undefined: where `findWeights` looks. */
  weights?: string | undefined;
  recursive?: boolean | undefined;
}

/** What a worker is asked for. */
export interface ShardJob extends ShardSettings {
  /** The whole set. */
  path: string;
  shard: Shard;
  /** The .npz to write. */
  file: string;
}

/** The statistics file of a shard. */
export function shardFile(folder: string, name: string, [index, count]: Shard): string {
  return join(folder, `${name}-${index}-of-${count}.npz`);
}

/** The same for the same job, so that a job is in the queue once. */
export function jobId(job: ShardJob): string {
  return createHash('sha256').update(JSON.stringify(job)).digest('hex').slice(0, 32);
}

/** @throws TypeError or RangeError for what is no job of ours: the queue may be shared. */
export function checkJob(job: unknown): ShardJob {
  const { path, shard, file, dims, resize, weights, recursive } = (job ?? {}) as Partial<ShardJob>;
  for (const [name, value] of Object.entries({ path, file, weights: weights ?? '' })) {
    if (typeof value !== 'string')
      throw new TypeError(`${name} of a job is no path: ${describeValue(value)}`);
  }
  checkShard(shard);
  if (!DIMS.includes(dims!)) throw new RangeError(`dims of a job: ${describeValue(dims)}`);
  if (!RESIZE_MODES.includes(resize!)) throw new RangeError(`resize of a job: ${describeValue(resize)}`);
  return {
    path: path!,
    shard,
    file: file!,
    dims: dims!,
    resize: resize!,
    weights,
    recursive: recursive === true,
  };
}
