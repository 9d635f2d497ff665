import { parseArgs } from 'node:util';
import { CxrFileError } from '@cxr/image';
import { readStatistics, writeStatistics } from '../node/statistics-file.js';
import { note } from './progress.js';
import { UsageError } from './usage-error.js';

/** `cxr-fid merge A.npz B.npz… -o ALL.npz`: statistics of shards, computed anywhere, as of all their images. */
export async function merge(args: readonly string[]): Promise<void> {
  const { files, out } = parse(args);
  const [first, ...others] = files;
  const all = await readCounted(first!);
  for (const file of others) {
    const shard = await readCounted(file);
    if (shard.dims !== all.dims) {
      throw new CxrFileError('mismatch', `statistics have ${shard.dims} dims, not ${all.dims}`, { file });
    }
    all.merge(shard);
  }
  await writeStatistics(out, all);
  note(`wrote ${out}: ${all.count} images, ${all.dims} dims`);
}

async function readCounted(file: string) {
  const statistics = await readStatistics(file);
  if (statistics.count !== undefined) return statistics;
  throw new CxrFileError(
    'mismatch',
    'statistics do not say how many images they are of, so they cannot be merged',
    {
      file,
    },
  );
}

function parse(args: readonly string[]): { files: string[]; out: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { out: { type: 'string', short: 'o' } },
      allowPositionals: true,
    });
    if (values.out !== undefined && positionals.length > 0) return { files: positionals, out: values.out };
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
  throw new UsageError('usage: cxr-fid merge STATS.npz STATS.npz… -o OUT.npz');
}
