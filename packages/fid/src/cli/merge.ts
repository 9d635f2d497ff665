import type { CliContext, Command, Output } from '@cxr/cli';
import { checkWritable } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { readStatistics, writeStatistics } from '../node/statistics-file.js';

/** Adds `cxr-fid merge`: joins the statistics of parts of a set to those of the whole set. */
export function defineMerge(program: Command, { output }: CliContext): void {
  program
    .command('merge')
    .description('merge the statistics of parts of a set into those of the whole')
    .argument('<stats...>', '.npz files of --save-stats')
    .requiredOption('-o, --out <file.npz>', 'the file to write')
    .action((files: string[], { out }: { out: string }) => merge(files, out, output));
}

async function merge(files: readonly string[], out: string, output: Output): Promise<void> {
  await checkWritable(out);
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
  output.note(`wrote ${out}: ${all.count} images, ${all.dims} dims`);
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
