import { type CliContext, type Command, wholeNumberFlag } from '@cxr/cli';
import { checkWritable, writeFileAtomic } from '@cxr/data/node';
import { sensitivity } from '../node/sensitivity.js';
import { openEncoder } from './encoder.js';
import { addNetworkFlags, type NetworkFlags, networkOptions } from './options.js';
import { engineJson, networkText, weightsJson } from './score-report.js';
import { COLUMNS, cellText } from './sensitivity-columns.js';
import { sensitivityPage } from './sensitivity-page.js';

interface SensitivityFlags extends NetworkFlags {
  size?: number;
  out?: string;
}

/** Adds `cxr-fid sensitivity`: what small changes of real images do to every metric. */
export function defineSensitivity(program: Command, context: CliContext): void {
  const command = program
    .command('sensitivity')
    .summary('what small changes of your own real images do to every metric')
    .description(
      'what small changes of your own real images do to every metric: a checkerboard, a blur, noise, JPEG, a smaller size. ' +
        'Half of the images, by patient where known, is changed and compared with the other half.',
    )
    .argument('<real>', 'a folder of real images')
    .argument('[held-out]', 'a folder of real images to change; all of <real> then stay as they are')
    .addOption(
      wholeNumberFlag('--size <n>', 'bring the images to n × n pixels before they are changed', { min: 16 }),
    )
    .option('-o, --out <file.html>', 'also write the table and its picture');
  addNetworkFlags(command).action((real: string, heldOut: string | undefined, flags: SensitivityFlags) =>
    run(real, heldOut, flags, context),
  );
}

async function run(
  real: string,
  heldOut: string | undefined,
  flags: SensitivityFlags,
  context: CliContext,
): Promise<void> {
  const { output } = context;
  await checkWritable(flags.out);
  const encoder = await openEncoder(flags, context);
  const result = await sensitivity(real, {
    ...networkOptions(flags, context, encoder),
    heldOut,
    size: flags.size,
    seed: flags.seed,
    onWarning: (message) => output.note(`warning: ${message}`),
    onProgress: (progress) => output.progress({ ...progress, unit: 'images' }),
  }).finally(() => encoder?.dispose());
  const { engine, weights, ...rest } = result;
  if (flags.out !== undefined) {
    await writeFileAtomic(flags.out, new TextEncoder().encode(sensitivityPage(result)));
    output.note(`wrote ${flags.out}`);
  }
  if (weights?.kind === 'random') output.note('warning: the weights are random: these are not FIDs');
  if (flags.json) {
    output.result(JSON.stringify({ ...rest, ...engineJson(engine), weights: weightsJson(weights) }));
    return;
  }
  const { n1, n2, dims } = result;
  output.note(`${n2} changed images against ${n1} others, ${dims} dims, ${networkText(result)}`);
  const lines = [['', ...COLUMNS.map(({ title }) => title)]];
  for (const row of result.rows) lines.push([row.name, ...COLUMNS.map((column) => cellText(column, row))]);
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  for (const line of lines)
    output.result(
      line.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  '),
    );
}
