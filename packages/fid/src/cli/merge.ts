import type { CliContext, Command, Output } from '@cxr/cli';
import { checkWritable } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import type { StatisticsPart } from '../node/path-report.js';
import { readPart, writeStatistics } from '../node/statistics-file.js';

/** Adds `cxr-fid merge`: joins the statistics of parts of a set to those of the whole set. */
export function defineMerge(program: Command, { output }: CliContext): void {
  program
    .command('merge')
    .description(
      'merge the statistics of parts of a set into those of the whole; shards must all be there, once',
    )
    .argument('<stats...>', '.npz files of --save-stats')
    .requiredOption('-o, --out <file.npz>', 'the file to write')
    .action((files: string[], { out }: { out: string }) => merge(files, out, output));
}

async function merge(files: readonly string[], out: string, output: Output): Promise<void> {
  await checkWritable(out);
  const [first, ...others] = files;
  const { statistics: all, part } = await readCounted(first!);
  const shards = new Shards(first!, part);
  for (const file of others) {
    const { statistics, part } = await readCounted(file);
    if (statistics.dims !== all.dims) {
      throw new CxrFileError('mismatch', `statistics have ${statistics.dims} dims, not ${all.dims}`, {
        file,
      });
    }
    shards.add(file, part);
    all.merge(statistics);
  }
  shards.checkComplete();
  await writeStatistics(out, all);
  output.note(`wrote ${out}: ${all.count} images, ${all.dims} dims`);
}

/** Sees to it that shards are all of one set, and each of them there once. */
class Shards {
  readonly #first: StatisticsPart | undefined;
  readonly #files = new Map<number, string>();

  constructor(file: string, part: StatisticsPart | undefined) {
    this.#first = part;
    this.add(file, part);
  }

  add(file: string, part: StatisticsPart | undefined): void {
    const first = this.#first;
    const fail = (reason: string): never => {
      throw new CxrFileError('mismatch', reason, { file });
    };
    if (!first || !part) {
      if (first !== part) fail('some of the files are shards, some are not');
      return;
    }
    const [index, count] = part.shard;
    if (count !== first.shard[1]) fail(`shard ${index}/${count}, not one of ${first.shard[1]}`);
    if (part.set !== first.set) fail('a shard of another set: the names of its images differ');
    const twice = this.#files.get(index);
    if (twice !== undefined) fail(`shard ${index}/${count} is there twice: ${twice}`);
    this.#files.set(index, file);
  }

  checkComplete(): void {
    const [, count = 0] = this.#first?.shard ?? [];
    const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !this.#files.has(i));
    if (missing.length === 0) return;
    const listed = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
    throw new CxrFileError('mismatch', `${missing.length} of ${count} shards are missing: ${listed}`);
  }
}

async function readCounted(file: string) {
  const read = await readPart(file);
  if (read.statistics.count !== undefined) return read;
  throw new CxrFileError(
    'mismatch',
    'statistics do not say how many images they are of, so they cannot be merged',
    { file },
  );
}
