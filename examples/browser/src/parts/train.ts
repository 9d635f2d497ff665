import type { BackendRequest } from '@cxr/backend';
import { lineChart } from '@cxr/report';
import { proxy } from 'comlink';
import { byId, numberOf, onClick } from '../ui/dom.js';
import { draw, save } from '../ui/draw.js';
import { statusOf } from '../ui/status.js';
import { showTab } from '../ui/tabs.js';
import { type Calls, connect } from '../worker/connect.js';
import type { Kept, Losses, TrainEnd, TrainNews, TrainSettings } from '../worker/train.js';
import { useGenerator } from './generate.js';
import { imageFolder } from './image-folder.js';

const status = statusOf('train-status');
const files = imageFolder('train-file', 'train-count');
let calls: Calls<'train'>;
let steps = 0;
/** Whether the thread has a trained generator. */
let trained = false;

/** Starts the part; shows the run that an earlier visit has left. */
export function openTrain(): void {
  calls = connect('train').calls;
  onClick('train-start', () => run((tell) => calls.startRun(settings(), tell)));
  onClick('train-resume', () => run((tell) => calls.resumeRun(tell)));
  onClick('train-pause', () => {
    status.say('Pausing …');
    return calls.pauseRun();
  });
  onClick('train-discard', () =>
    status.during('Deleting …', async () => {
      await calls.discardRun();
      trained = false;
      buttons({ running: false });
      status.say('The run is deleted.');
    }),
  );
  onClick('train-use', () => status.during('Opening …', open));
  onClick('train-save', () => status.during('Saving …', saveGenerator));
  void status.during('Looking for a run …', showKept);
}

function settings(): TrainSettings {
  return {
    files: files(),
    size: numberOf('train-size') as TrainSettings['size'],
    width: numberOf('train-width'),
    batchSize: numberOf('train-batch'),
    steps: numberOf('train-steps'),
    seed: numberOf('train-seed'),
    backend: byId<HTMLSelectElement>('train-backend').value as BackendRequest,
  };
}

async function run(work: (tell: (news: TrainNews) => void) => Promise<TrainEnd>): Promise<void> {
  buttons({ running: true });
  const end = await status.during('Starting …', () => work(proxy(show)));
  const kept = await calls.keptRun();
  // A run that does not start leaves the generator of the one before.
  if (end) trained = end.reason !== 'stopped';
  buttons({ running: false, kept });
  if (!end) return;
  const how = { done: 'Done', aborted: 'Paused', stopped: 'Stopped, for the losses are no numbers,' }[
    end.reason
  ];
  if (kept) showLosses(kept.losses);
  status.say(`${how} at step ${end.step}.`);
}

/** No run can be started before this: it could be mistaken for the one that is found. */
async function showKept(): Promise<void> {
  let kept: Kept | undefined;
  try {
    kept = await calls.keptRun();
  } finally {
    buttons({ running: false, kept });
  }
  if (!kept) return;
  showLosses(kept.losses);
  if (kept.grid) draw(byId<HTMLCanvasElement>('train-grid'), kept.grid);
  status.say(`A run of ${kept.steps} steps is kept in this browser, at step ${kept.step}.`);
}

function show(news: TrainNews): void {
  if (news.type === 'backend') {
    const { text, tried } = news.backend;
    const others = tried.filter(({ ok, name }) => !ok && name === 'webgpu').map(({ reason }) => reason);
    const why = others.length > 0 ? ` Not on WebGPU: ${others[0]}.` : '';
    byId('train-backend-facts').textContent = `Computed on ${text}.${why}`;
  } else if (news.type === 'grid') {
    const canvas = byId<HTMLCanvasElement>('train-grid');
    draw(canvas, news.grid);
    canvas.ariaLabel = `Samples of the generator in training, step ${news.step}`;
  } else if (news.type === 'warning') {
    byId('train-backend-facts').textContent = news.message;
  } else {
    steps = news.steps;
    showLosses(news.losses);
    const left = Math.ceil(news.secondsLeft);
    status.say(
      `Step ${news.step} of ${steps}, ${news.imagesPerSecond.toFixed(0)} images a second, ${left} s left.`,
      news.step / steps,
    );
  }
}

function showLosses({ discriminator, generator }: Losses): void {
  byId('train-results').hidden = false;
  byId('train-losses').innerHTML = lineChart(
    [
      { label: 'discriminator', points: discriminator },
      { label: 'generator', points: generator },
    ],
    'step',
    'loss',
  );
}

function buttons({ running, kept }: { running: boolean; kept?: Kept | undefined }): void {
  byId<HTMLButtonElement>('train-start').disabled = running;
  byId<HTMLButtonElement>('train-pause').disabled = !running;
  byId('train-resume').hidden = running || !kept || kept.step >= kept.steps;
  byId('train-discard').hidden = running || !kept;
  byId('train-use').hidden = running || !trained;
  byId('train-save').hidden = running || !trained;
}

async function open(): Promise<void> {
  const bytes = await calls.trainedGenerator();
  if (!bytes) throw new Error('no generator has been trained yet');
  await useGenerator({ bytes }, 'The generator that was trained here');
  showTab('generate');
}

async function saveGenerator(): Promise<void> {
  const bytes = await calls.trainedGenerator();
  if (bytes) save('generator.safetensors', bytes, 'application/octet-stream');
}
