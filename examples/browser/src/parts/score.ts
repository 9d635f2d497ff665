import type { Dims, PreprocessingName } from '@cxr/fid';
import { bars, facts } from '@cxr/report';
import { proxy } from 'comlink';
import { byId, element, numberOf, onClick } from '../ui/dom.js';
import { canvasOf } from '../ui/draw.js';
import { acceptFiles } from '../ui/files.js';
import { forgetFile, keepFile, keptFile } from '../ui/keep-file.js';
import { statusOf } from '../ui/status.js';
import { type Connection, connect } from '../worker/connect.js';
import type { Pair, Score, ScoreProgress, ScoreRequest } from '../worker/score.js';
import { imageFolder } from './image-folder.js';

const status = statusOf('score-status');
const reals = imageFolder('score-real', 'score-real-count');
const fakes = imageFolder('score-fake', 'score-fake-count');
const held = imageFolder('score-held', 'score-held-count');
let weights: File | undefined;
/** What this browser has kept; it cannot be read any more once another file is kept in its place. */
let kept: File | undefined;
let running: Connection<'score'> | undefined;

/** Starts the part. */
export function openScore(): void {
  acceptFiles('score-weights', ([file]) => {
    weights = file;
    byId('score-weights-name').textContent = file!.name;
  });
  onClick('score-start', start);
  onClick('score-stop', finish);
  onClick('score-forget', () =>
    status.during('Deleting …', async () => {
      await forgetFile();
      await showKept();
      status.say('The network is no longer kept.');
    }),
  );
  void showKept();
}

async function showKept(): Promise<void> {
  kept = await keptFile();
  byId('score-forget').hidden = kept === undefined;
  byId<HTMLInputElement>('score-keep').checked = kept !== undefined;
  weights ??= kept;
  if (kept && weights === kept) byId('score-weights-name').textContent = `${kept.name}, kept in this browser`;
}

/** @throws Error saying what is still to be chosen. */
function requestOf(): ScoreRequest {
  for (const [files, what] of [
    [reals(), 'real images'],
    [fakes(), 'synthetic images'],
  ] as const) {
    if (files.length < 2) throw new Error(`Choose a folder with at least two ${what}.`);
  }
  if (!weights) throw new Error('Choose the network: this page comes with none.');
  const dims = numberOf('score-dims') as Dims;
  const preprocess = byId<HTMLSelectElement>('score-preprocess').value as PreprocessingName;
  return { reals: reals(), fakes: fakes(), held: held(), weights, dims, preprocess };
}

async function start(): Promise<void> {
  byId('score-result').hidden = true;
  await status.during('Starting …', async () => {
    const request = requestOf();
    if (byId<HTMLInputElement>('score-keep').checked && request.weights !== kept) {
      await keepFile(request.weights);
      await showKept();
    }
    const connection = connect('score');
    running = connection;
    setRunning(true);
    try {
      const progress = proxy(({ text, share }: ScoreProgress) => {
        // Some are still on their way when the thread ends.
        if (running === connection) status.say(text, share);
      });
      show(await connection.calls.score(request, progress), request);
    } catch (error) {
      if (running === connection) throw error;
      status.say('Stopped.');
    } finally {
      if (running === connection) finish();
    }
  });
}

/** Ends the thread, and frees its memory. */
function finish(): void {
  running?.end();
  running = undefined;
  setRunning(false);
}

function setRunning(on: boolean): void {
  byId<HTMLButtonElement>('score-start').disabled = on;
  byId<HTMLButtonElement>('score-stop').disabled = !on;
}

function show(score: Score, request: ScoreRequest): void {
  const { fid, floor, ceiling, meanShare, dims, device, seconds } = score;
  const text = (value: number): string => value.toPrecision(4);
  const rows = [
    { label: 'synthetic images', value: fid, text: text(fid), main: true },
    ...(ceiling === undefined
      ? []
      : [{ label: 'images kept back, the ceiling', value: ceiling, text: text(ceiling) }]),
    ...(floor
      ? [{ label: 'halves of the real images, the floor', value: floor.fid, text: text(floor.fid) }]
      : []),
  ];
  byId('score-bars').innerHTML = bars(rows);
  const few = Math.min(request.reals.length, request.fakes.length) <= dims;
  byId('score-facts').innerHTML = facts([
    [`FID, ${dims} dims`, `${fid}`],
    ['Share of the means', `${Math.round(100 * meanShare)} %`],
    [
      'Floor',
      floor ? `${text(floor.fid)} (${text(floor.low)} to ${text(floor.high)})` : 'needs four real images',
    ],
    [
      'Images',
      `${request.reals.length} real, ${request.fakes.length} synthetic, ${request.held.length} kept back`,
    ],
    ['Network', `${request.weights.name} on ${device}`],
    ...(few
      ? [['Note', `with no more images than dims (${dims}) the value is biased upwards`] as const]
      : []),
  ]);
  byId('score-pairs').replaceChildren(...score.pairs.map(pairOf));
  showSpectrum(score.spectrum);
  byId('score-result').hidden = false;
  status.say(`FID ${text(fid)}, in ${seconds.toFixed(1)} s.`);
}

function pairOf({ fake, real, fakeName, realName, ratio }: Pair): HTMLElement {
  return element(
    'li',
    {},
    canvasOf(fake, `Synthetic: ${fakeName}`),
    canvasOf(real, `Real: ${realName}`),
    element('span', { className: 'name' }, `${fakeName} beside ${realName}: ${ratio.toFixed(2)}`),
  );
}

function showSpectrum(svg: string | undefined): void {
  const image = byId<HTMLImageElement>('score-spectrum');
  URL.revokeObjectURL(image.src);
  image.hidden = svg === undefined;
  if (svg !== undefined) image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
}
