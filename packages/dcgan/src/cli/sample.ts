import { encodePng } from '@cxr/data';
import { listImages, readImages, writeFileAtomic } from '@cxr/data/node';
import type { Image } from '@cxr/image';
import { loadGenerator } from '../node/load-checkpoint.js';
import { saveSamples } from '../node/save-samples.js';
import { findNearest } from '../sampling/find-nearest.js';
import { grid } from '../sampling/grid.js';
import { interpolate } from '../sampling/interpolate.js';
import { type SampleOptions, sample } from '../sampling/sample.js';
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
  nearest: { type: 'string' },
  data: { type: 'string' },
  stretch: { type: 'boolean' },
};

/** `cxr-dcgan sample`: PNG files, a grid, an interpolation strip, fakes above their nearest reals, as asked. @returns the exit status. */
export async function sampleCommand(args: readonly string[], output: Output): Promise<number> {
  const flags = parseFlags(args, FLAGS);
  const folder = requiredText(flags, 'checkpoint');
  const out = textOf(flags, 'out');
  const gridFile = textOf(flags, 'grid');
  const stripFile = textOf(flags, 'strip');
  const nearestFile = textOf(flags, 'nearest');
  if ([out, gridFile, stripFile, nearestFile].every((file) => file === undefined)) {
    throw new TypeError('--out (or --grid, --strip or --nearest) is missing');
  }
  const reals = nearestFile === undefined ? [] : await listImages(requiredText(flags, 'data'));
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
    await writeFileAtomic(gridFile, encodePng(grid(await collect(sample(generator, options)))));
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
  if (nearestFile !== undefined) {
    const fakes = await collect(sample(generator, { ...options, count: Math.min(options.count, 8) }));
    const nearest = await findNearest(fakes, readImages(reals));
    const rows = [...fakes, ...nearest.map(({ image }) => image)];
    await writeFileAtomic(nearestFile, encodePng(grid(rows, { columns: fakes.length })));
    output.result(nearestFile);
  }
  generator.dispose();
  return 0;
}

async function collect(images: AsyncIterable<Image>): Promise<Image[]> {
  const all: Image[] = [];
  for await (const image of images) all.push(image);
  return all;
}
