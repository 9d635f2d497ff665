import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpy, writeNpy } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { sample, type TrainConfig, type TrainSettings, train } from '@cxr/dcgan';
import { checkpointFolder, loadCheckpoint } from '@cxr/dcgan/node';
import type { Image } from '@cxr/image';

/** Options of `generatedImages`. */
export interface GeneratorOptions {
  /** Where checkpoints and images are kept. */
  readonly folder: string;
  /** The training images: those of one class in one training subset. */
  readonly images: readonly Image[];
  /** Pixels a side: 32, 64 or 128. */
  readonly size: number;
  readonly width: number;
  readonly steps: number;
  /** Steps at half the size and twice the width before; 0: none. */
  readonly growSteps: number;
  readonly seed: number;
  /** How many images are drawn. */
  readonly count: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onStep?: ((step: number, total: number) => void) | undefined;
}

/** Generated images, and how long they took. */
export interface Generated {
  readonly size: number;
  /** Grey values `[size, size]` of each, 0..255. */
  readonly images: readonly Uint8Array[];
}

/**
 * Trains a DCGAN (preset `xray`, shortened) on the images, and draws others from it. Goes on from the last checkpoint in the
 * folder; if its images are there already, they are read.
 * @throws the signal's reason when aborted, after a checkpoint.
 */
export async function generatedImages(options: GeneratorOptions): Promise<Generated> {
  const file = join(options.folder, 'fakes.npy');
  const kept = await readFakes(file);
  if (kept && kept.images.length >= options.count) {
    return { size: kept.size, images: kept.images.slice(0, options.count) };
  }
  const { size, steps, growSteps } = options;
  const grow = growSteps > 0 && size > 32;
  if (grow)
    await trainAt(options, {
      size: size / 2,
      width: options.width * 2,
      steps: growSteps,
      folder: 'small',
      from: 0,
    });
  const generator = await trainAt(options, {
    size,
    width: options.width,
    steps,
    folder: 'checkpoint',
    growFrom: grow ? 'small' : undefined,
    from: grow ? growSteps : 0,
  });
  const images: Uint8Array[] = [];
  for await (const one of sample(generator, {
    count: options.count,
    seed: options.seed,
    signal: options.signal,
  })) {
    images.push(Uint8Array.from(one.data));
  }
  generator.dispose();
  const data = new Uint8Array(images.length * size * size);
  for (const [i, one] of images.entries()) data.set(one, i * size * size);
  await writeFileAtomic(file, writeNpy({ data, shape: [images.length, size, size, 1], dtype: 'uint8' }));
  return { size, images };
}

/** Whether the images of a generator are there already. */
export function isGenerated(folder: string): boolean {
  return existsSync(join(folder, 'fakes.npy'));
}

async function readFakes(file: string): Promise<Generated | undefined> {
  if (!existsSync(file)) return undefined;
  const { data, shape } = readNpy(await readFile(file));
  const [count = 0, size = 0] = shape;
  const pixels = size * size;
  const images = Array.from({ length: count }, (_, i) =>
    (data as Uint8Array).slice(i * pixels, (i + 1) * pixels),
  );
  return { size, images };
}

interface Stage {
  readonly size: number;
  readonly width: number;
  readonly steps: number;
  readonly folder: string;
  readonly growFrom?: string | undefined;
  /** Steps of the stage before. */
  readonly from: number;
}

async function trainAt(options: GeneratorOptions, stage: Stage): ReturnType<typeof lastGenerator> {
  const folder = join(options.folder, stage.folder);
  const resume = existsSync(folder) ? await loadCheckpoint(folder) : undefined;
  const growFrom =
    stage.growFrom && !resume ? await loadCheckpoint(join(options.folder, stage.growFrom)) : undefined;
  const events = train({
    ...settingsOf(options, stage),
    images: options.images,
    steps: stage.steps,
    checkpoints: checkpointFolder(folder, { keep: 1 }),
    signal: options.signal,
    resume,
    growFrom,
  });
  const total =
    options.steps + (stage.growFrom === undefined && stage.folder === 'checkpoint' ? 0 : options.growSteps);
  return lastGenerator(events, options, (step) => options.onStep?.(stage.from + step, total));
}

/** The preset `xray`; its learning rates fall in the last two fifths of the steps, as in its 25,000. */
function settingsOf(
  { images, seed }: GeneratorOptions,
  { size, width, steps, folder }: Stage,
): TrainSettings {
  const last = folder === 'checkpoint';
  return {
    preset: 'xray',
    size: size as TrainConfig['size'],
    width,
    seed,
    batchSize: Math.max(2, Math.min(32, images.length)),
    learningRateDecay: last ? 'cosine' : 'none',
    decayStart: Math.floor(0.6 * steps),
    decayEnd: Math.max(steps, 1),
  };
}

async function lastGenerator(
  events: ReturnType<typeof train>,
  { signal }: GeneratorOptions,
  onStep: (step: number) => void,
) {
  for await (const event of events) {
    if (event.type === 'step') onStep(event.step);
    if (event.type === 'end') {
      if (event.reason === 'aborted') {
        event.generator.dispose();
        signal?.throwIfAborted();
      }
      return event.generator;
    }
  }
  throw new Error('training ended without an end event');
}
