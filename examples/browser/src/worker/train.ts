import type { BackendRequest } from '@cxr/backend';
import { collectImages, phantoms } from '@cxr/data';
import { type TrainEvent, type TrainState, train, writeGenerator } from '@cxr/dcgan';
import { del, get, set, setMany } from 'idb-keyval';
import { type ImageFile, readImageFiles } from './image-files.js';
import { type Picture, toPicture } from './picture.js';
import { type BackendReport, startBackend } from './start-backend.js';

/** What a new run is to be. */
export interface TrainSettings {
  /** Without any, phantoms are drawn. */
  files: ImageFile[];
  size: 32 | 64 | 128;
  width: number;
  batchSize: number;
  steps: number;
  seed: number;
  backend: BackendRequest;
}

/** A run as it is kept in this browser. */
interface KeptRun {
  settings: Omit<TrainSettings, 'files'>;
  state: TrainState;
  losses: Losses;
  grid: Picture | undefined;
}

/** The training images of a run, at training size. */
interface TrainImages {
  data: Uint8Array;
  shape: number[];
}

/** Points of the two curves. */
export interface Losses {
  discriminator: [step: number, loss: number][];
  generator: [step: number, loss: number][];
}

/** What the page is told. */
export type TrainNews =
  | { type: 'backend'; backend: BackendReport }
  | {
      type: 'step';
      step: number;
      steps: number;
      losses: Losses;
      secondsLeft: number;
      imagesPerSecond: number;
    }
  | { type: 'grid'; step: number; grid: Picture }
  | { type: 'warning'; message: string };

/** How a run ended. */
export interface TrainEnd {
  reason: 'done' | 'aborted' | 'stopped';
  step: number;
}

/** A kept run, as the page shows it. */
export interface Kept {
  step: number;
  steps: number;
  losses: Losses;
  grid: Picture | undefined;
}

const RUN = 'run';
const IMAGES = 'images';
const PHANTOMS = 256;
/** A run that is cut off loses at most this many steps. */
const CHECKPOINT_EVERY = 10;
const SAMPLE_EVERY = 10;
const SAMPLES = 16;
/** The page draws no more often. */
const NEWS_MS = 250;

let pausing = false;
let generatorFile: Uint8Array | undefined;

/** What is kept of an earlier run; undefined if nothing is. */
export async function keptRun(): Promise<Kept | undefined> {
  const run = await get<KeptRun>(RUN);
  return run && { step: run.state.step, steps: run.settings.steps, losses: run.losses, grid: run.grid };
}

/** Deletes the kept run and its images. */
export async function discardRun(): Promise<void> {
  await Promise.all([del(RUN), del(IMAGES)]);
}

/** Starts a new run. An earlier one stays kept until there is something to keep of this one. */
export async function startRun(
  { files, ...settings }: TrainSettings,
  tell: (news: TrainNews) => void,
): Promise<TrainEnd> {
  pausing = false;
  const { size, seed } = settings;
  const source = files.length > 0 ? readImageFiles(files) : phantoms({ count: PHANTOMS, seed, size });
  const { data, shape } = await collectImages(source, { size, channels: 1 });
  return runOn(settings, { data, shape: [...shape] }, undefined, tell);
}

/** Goes on with the kept run. */
export async function resumeRun(tell: (news: TrainNews) => void): Promise<TrainEnd> {
  pausing = false;
  const run = await get<KeptRun>(RUN);
  if (!run) throw new Error('no run is kept in this browser');
  const images = await get<TrainImages>(IMAGES);
  if (!images) throw new Error('the training images are no longer in this browser: discard the run');
  return runOn(run.settings, images, run, tell);
}

/** Ends the run after the step that is going on, or, while it starts, before its first; it is kept. */
export function pauseRun(): void {
  pausing = true;
}

/** The trained generator as a safetensors file; undefined before a run has ended in this thread. */
export function trainedGenerator(): Uint8Array | undefined {
  return generatorFile;
}

async function runOn(
  settings: Omit<TrainSettings, 'files'>,
  images: TrainImages,
  kept: KeptRun | undefined,
  tell: (news: TrainNews) => void,
): Promise<TrainEnd> {
  const abort = new AbortController();
  const { backend, ...rest } = settings;
  tell({ type: 'backend', backend: await startBackend(backend) });
  const losses: Losses = kept?.losses ?? { discriminator: [], generator: [] };
  let grid = kept?.grid;
  let imagesKept = kept !== undefined;
  const checkpoints = {
    async save(state: TrainState): Promise<string> {
      const run: KeptRun = { settings, state, losses, grid };
      // With the images at training size a reload goes on, and the folder need not be chosen again.
      if (imagesKept) await set(RUN, run);
      else {
        await setMany([
          [RUN, run],
          [IMAGES, images],
        ]);
      }
      imagesKept = true;
      return RUN;
    },
  };
  const events = train({
    ...rest,
    images,
    preset: 'dcgan',
    diffAugment: ['translation', 'cutout'],
    ema: 0.99,
    checkpoints,
    checkpointEvery: CHECKPOINT_EVERY,
    sampleEvery: SAMPLE_EVERY,
    sampleCount: SAMPLES,
    resume: kept?.state,
    signal: abort.signal,
  });
  let told = 0;
  for await (const event of events) {
    // Not sooner: `train` throws where the signal is aborted while it takes the images.
    if (pausing) abort.abort();
    if (event.type === 'sample') grid = toPicture(event.grid);
    if (event.type === 'step') remember(losses, event);
    if (event.type === 'end') return await ended(event);
    const late = performance.now() - told > NEWS_MS || (event.type === 'step' && event.step === rest.steps);
    if (event.type === 'step' && !late) continue;
    const news = newsOf(event, rest.steps, losses);
    if (news) tell(news);
    if (event.type === 'step') told = performance.now();
  }
  throw new Error('the run has no end');

  async function ended({ generator, step, reason }: Extract<TrainEvent, { type: 'end' }>): Promise<TrainEnd> {
    const state = (await get<KeptRun>(RUN))?.state;
    // One that has diverged is of no use.
    if (state && reason !== 'stopped')
      generatorFile = await writeGenerator(generator, { config: state.config, step });
    generator.dispose();
    return { reason, step };
  }
}

function remember(losses: Losses, { step, lossD, lossG }: Extract<TrainEvent, { type: 'step' }>): void {
  losses.discriminator.push([step, lossD]);
  losses.generator.push([step, lossG]);
}

function newsOf(event: TrainEvent, steps: number, losses: Losses): TrainNews | undefined {
  switch (event.type) {
    case 'step': {
      const { step, secondsLeft, imagesPerSecond } = event;
      return { type: 'step', step, steps, losses, secondsLeft, imagesPerSecond };
    }
    case 'sample':
      return { type: 'grid', step: event.step, grid: toPicture(event.grid) };
    case 'warning':
      return { type: 'warning', message: event.message };
    default:
      return undefined;
  }
}
