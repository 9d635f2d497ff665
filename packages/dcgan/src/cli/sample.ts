import {
  bitsFlag,
  type CliContext,
  type Command,
  checkUsage,
  choiceFlag,
  numberFlag,
  type Output,
  UsageError,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import { contactSheet, encodePng } from '@cxr/data';
import { checkWritable, checkWritableFolder, listImages, readImages, writeFileAtomic } from '@cxr/data/node';
import type { Image } from '@cxr/image';
import { loadGenerator, readCheckpointInfo } from '../node/load-checkpoint.js';
import { PRETRAINED, type Pretrained, pretrained } from '../node/pretrained.js';
import { sampleBeyond, saveSamples } from '../node/save-samples.js';
import { findNearest } from '../sampling/find-nearest.js';
import { interpolate } from '../sampling/interpolate.js';
import { labelOf } from '../sampling/label-of.js';
import { type SampleOptions, sample } from '../sampling/sample.js';
import { addBackendFlags, type BackendFlags, readyBackend } from './backend.js';

interface SampleFlags extends BackendFlags {
  checkpoint?: string;
  pretrained?: Pretrained;
  step?: number;
  count?: number;
  seed: number;
  batchSize: number;
  truncation?: number;
  label?: string;
  out?: string;
  grid?: string;
  strip?: string;
  nearest?: string;
  data?: string;
  bits?: number;
  window?: WindowChoice;
  stretch?: boolean;
}

/** Adds `cxr-dcgan sample`: PNG files, a grid, an interpolation strip, fakes above their nearest reals, as asked for. */
export function defineSample(program: Command, context: CliContext): void {
  const command = program
    .command('sample')
    .description(
      'draw images from a generator: of a checkpoint, of a file, or one that comes with this package',
    )
    .option(
      '--checkpoint <path>',
      'a run, one of its checkpoints, or a .safetensors file of cxr-dcgan export',
    )
    .addOption(choiceFlag('--pretrained <name>', 'a generator that comes with this package', PRETRAINED))
    .addOption(wholeNumberFlag('--step <n>', 'which checkpoint of a run (default: the last)'))
    .addOption(wholeNumberFlag('--count <n>', 'images (default: 64)', { min: 1 }))
    .addOption(wholeNumberFlag('--seed <n>', 'image i follows from seed and i alone').default(0))
    .addOption(wholeNumberFlag('--batch-size <n>', 'images at a time', { min: 1 }).default(64))
    .addOption(
      numberFlag('--truncation <x>', 'draw again each value of a latent that is further than this from 0', {
        min: 0.01,
      }),
    )
    .option('--label <class>', 'class of all images, by name or number (default: all classes in turn)')
    .option('--out <dir>', 'write each image as a PNG here')
    .option('--grid <file.png>', 'write all of them as one picture')
    .option('--strip <file.png>', 'write nine steps from the first latent to the second')
    .option('--nearest <file.png>', 'write eight fakes above the reals of --data nearest to them')
    .option('--data <dir>', 'the real images for --nearest')
    .addOption(bitsFlag())
    .addOption(windowFlag())
    .option('--stretch', 'stretch each image to the whole range of grey, as the paper did');
  addBackendFlags(command).action((flags: SampleFlags) => samples(flags, context));
}

async function samples(flags: SampleFlags, { output, signal }: CliContext): Promise<void> {
  const { step, count = 64, seed, batchSize, truncation, stretch } = flags;
  const checkpoint = generatorOf(flags);
  if (![flags.out, flags.grid, flags.strip, flags.nearest].some(Boolean)) {
    throw new UsageError('--out, --grid, --strip or --nearest is missing');
  }
  checkPurposes(flags);
  await checkWritable(flags.grid, flags.strip, flags.nearest);
  if (flags.out !== undefined) await checkOut(flags.out, count);
  const reals = flags.nearest === undefined ? [] : await listImages(flags.data!);
  const label = await labelFlag(checkpoint, flags);
  await readyBackend(flags, output);
  const generator = await loadGenerator(checkpoint, { step });
  const options: SampleOptions = { count, seed, batchSize, truncation, label, stretch, signal };
  const draw = (some = count) => sample(generator, { ...options, count: some });
  if (flags.out !== undefined) {
    const images = draw();
    await saveSamples(counted(images, count, output), flags.out);
    output.result(flags.out);
  }
  if (flags.grid !== undefined) {
    await writeFileAtomic(flags.grid, encodePng(contactSheet(await collect(draw()), { background: 255 })));
    output.result(flags.grid);
  }
  if (flags.strip !== undefined) {
    const ends = { from: { seed }, to: { seed, index: 1 } };
    const images = await interpolate(generator, { ...ends, steps: 9, label, truncation, stretch });
    await writeFileAtomic(
      flags.strip,
      encodePng(contactSheet(images, { columns: images.length, background: 255 })),
    );
    output.result(flags.strip);
  }
  if (flags.nearest !== undefined) {
    const fakes = await collect(draw(Math.min(count, 8)));
    const nearest = await findNearest(fakes, readImages(reals, { bits: flags.bits, window: flags.window }));
    const rows = [...fakes, ...nearest.map(({ image }) => image)];
    await writeFileAtomic(
      flags.nearest,
      encodePng(contactSheet(rows, { columns: fakes.length, background: 255 })),
    );
    output.result(flags.nearest);
  }
  generator.dispose();
}

/** @throws UsageError naming a flag without the one that it is for. */
function checkPurposes(flags: SampleFlags): void {
  const { out, grid, nearest } = flags;
  if (nearest !== undefined && flags.data === undefined) throw new UsageError('--nearest needs --data');
  for (const name of ['data', 'bits', 'window'] as const) {
    if (nearest === undefined && flags[name] !== undefined)
      throw new UsageError(`--${name} is for --nearest`);
  }
  if (flags.count !== undefined && [out, grid, nearest].every((one) => one === undefined)) {
    throw new UsageError('--count is not for --strip, which has nine images');
  }
}

/** @throws UsageError where other samples would be left beside these: a score of the folder would be one of a mixture. */
async function checkOut(folder: string, count: number): Promise<void> {
  await checkWritableFolder(folder);
  const other = await sampleBeyond(folder, count);
  if (other !== undefined)
    throw new UsageError(
      `${folder} holds ${other}, which --count ${count} would leave beside its own: choose another --out`,
    );
}

/** Where the generator lies that the flags name. */
function generatorOf({ checkpoint, pretrained: name, step }: SampleFlags): string {
  if ((checkpoint === undefined) === (name === undefined)) {
    throw new UsageError('one of --checkpoint and --pretrained is needed');
  }
  if (name === undefined) return checkpoint!;
  if (step !== undefined) throw new UsageError('--step is for --checkpoint');
  return pretrained(name);
}

/** The number of the class that `--label` names. */
async function labelFlag(checkpoint: string, { step, label }: SampleFlags): Promise<number | undefined> {
  if (label === undefined) return undefined;
  const { config, classNames } = await readCheckpointInfo(checkpoint, { step });
  return checkUsage(() => labelOf(label, config.classes, classNames));
}

/** The same images, reported as they pass. */
async function* counted<T>(images: AsyncIterable<T>, total: number, output: Output): AsyncGenerator<T> {
  let done = 0;
  for await (const image of images) {
    yield image;
    done++;
    output.progress({ phase: 'sampling', done, total, unit: 'images' });
  }
}

async function collect(images: AsyncIterable<Image>): Promise<Image[]> {
  const all: Image[] = [];
  for await (const image of images) all.push(image);
  return all;
}
