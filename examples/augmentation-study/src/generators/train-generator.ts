import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sample, type TrainConfig, type TrainSettings, train } from '@cxr/dcgan';
import { checkpointFolder, loadCheckpoint } from '@cxr/dcgan/node';
import type { Image } from '@cxr/image';
import { type Generated, keepImages, keptImages } from './generated.js';

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

/**
 * Trains a DCGAN (preset `xray`, shortened) on the images, and draws others from it. Goes on from the last checkpoint in the
 * folder; if its images are there already, they are read.
 * @throws the signal's reason when aborted, after a checkpoint.
 */
export async function generatedImages(options: GeneratorOptions): Promise<Generated> {
  const kept = await keptImages(options.folder, options.count);
  if (kept) return kept;
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
  const { count, seed, signal } = options;
  const generated = await keepImages(options.folder, size, sample(generator, { count, seed, signal }));
  generator.dispose();
  return generated;
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
