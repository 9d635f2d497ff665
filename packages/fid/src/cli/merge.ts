import type { CliContext, Command, Output } from '@cxr/cli';
import { checkWritable, npzNames } from '@cxr/data/node';
import { mergeFiles } from '../node/merge-statistics.js';
import { writeStatistics } from '../node/statistics-file.js';

/** Adds `cxr-fid merge`: joins the statistics of parts of a set to those of the whole set. */
export function defineMerge(program: Command, { output }: CliContext): void {
  program
    .command('merge')
    .description(
      'merge the statistics of parts of a set into those of the whole, without activations; shards must all be there, once',
    )
    .argument('<stats...>', '.npz files of --save-stats')
    .requiredOption('-o, --out <file.npz>', 'the file to write')
    .action((files: string[], { out }: { out: string }) => merge(files, out, output));
}

async function merge(files: readonly string[], out: string, output: Output): Promise<void> {
  await checkWritable(out);
  const { statistics: all, settings, unknown } = await mergeFiles(files);
  await writeStatistics(out, all, undefined, { settings });
  output.note(`wrote ${out}: ${all.count} images, ${all.dims} dims`);
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(', ');
    const silent = [...new Set(unknown.map(({ file }) => file))].join(', ');
    output.note(`warning: ${out} does not say its ${names}, since ${silent} does not`);
  }
  const dropped: string[] = [];
  for (const file of files) if ((await npzNames(file)).includes('activations')) dropped.push(file);
  if (dropped.length > 0)
    output.note(`warning: ${out} has no activations: those of ${dropped.join(', ')} are left out`);
}
