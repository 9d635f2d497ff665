import { encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { grid } from '../grid.js';
import { interpolate } from '../interpolate.js';
import { loadGenerator } from '../node/load-checkpoint.js';
import { saveSamples } from '../node/save-samples.js';
import { type SampleOptions, sample } from '../sample.js';
import { BACKEND_FLAGS, readyBackend } from './backend.js';
import { type FlagSpecs, numberOf, parseFlags, requiredText, textOf } from './flags.js';
import type { Output } from './output.js';

const FLAGS: FlagSpecs = {
  ...BACKEND_FLAGS,
  checkpoint: { type: 'string' },
  step: { type: 'string' },
  count: { type: 'string' },
  seed: { type: 'string' },
  'batch-size': { type: 'string' },
  truncation: { type: 'string' },
  label: { type: 'string' },
  out: { type: 'string' },
  grid: { type: 'string' },
  strip: { type: 'string' },
  stretch: { type: 'boolean' },
};

/** `cxr-dcgan sample`: PNG files, a grid, an interpolation strip, as asked. @returns the exit status. */
export async function sampleCommand(args: readonly string[], output: Output): Promise<number> {
  const flags = parseFlags(args, FLAGS);
  const folder = requiredText(flags, 'checkpoint');
  const [out, gridFile, stripFile] = [textOf(flags, 'out'), textOf(flags, 'grid'), textOf(flags, 'strip')];
  if (out === undefined && gridFile === undefined && stripFile === undefined) {
    throw new TypeError('--out (or --grid or --strip) is missing');
  }
  const step = numberOf(flags, 'step');
  await readyBackend(flags, output);
  const generator = await loadGenerator(folder, step === undefined ? {} : { step });
  const seed = numberOf(flags, 'seed', 0);
  const truncation = numberOf(flags, 'truncation');
  const label = numberOf(flags, 'label');
  const options: SampleOptions = {
    count: numberOf(flags, 'count', 64),
    seed,
    batchSize: numberOf(flags, 'batch-size', 64),
    ...(truncation !== undefined && { truncation }),
    ...(label !== undefined && { label }),
  };
  if (out !== undefined) {
    await saveSamples(sample(generator, options), out, { stretch: flags.stretch === true });
    output.result(out);
  }
  if (gridFile !== undefined) {
    const images = [];
    for await (const image of sample(generator, options)) images.push(image);
    await writeFileAtomic(gridFile, encodePng(grid(images)));
    output.result(gridFile);
  }
  if (stripFile !== undefined) {
    const images = await interpolate(generator, {
      from: { seed },
      to: { seed, index: 1 },
      steps: 9,
      label: label ?? 0,
    });
    await writeFileAtomic(stripFile, encodePng(grid(images, { columns: images.length })));
    output.result(stripFile);
  }
  generator.dispose();
  return 0;
}
