import { createRng, type Rng } from '@cxr/image';
import { byId, element, onClick } from '../ui/dom.js';
import { canvasOf } from '../ui/draw.js';
import { statusOf } from '../ui/status.js';
import { type Calls, connect } from '../worker/connect.js';
import type { ImageFile } from '../worker/image-files.js';
import type { Picture } from '../worker/picture.js';
import { generator, generatorSize } from './generate.js';
import { imageFolder } from './image-folder.js';

const ROUNDS = 10;

interface Real {
  picture: Picture;
  leftOut: string[];
}

const status = statusOf('quiz-status');
const reals = imageFolder('quiz-file', 'quiz-count', () => void begin());
let calls: Calls<'quiz'>;
let rng: Rng;
let round = 0;
let right = 0;
/** Files that are no images, or broken ones: they are not asked for again. */
const unreadable = new WeakSet<ImageFile>();

/** Starts the part. */
export function openQuiz(): void {
  calls = connect('quiz').calls;
  onClick('quiz-next', () => void (round < ROUNDS ? next() : begin()));
  onClick('quiz-again', () => void begin());
  void begin();
}

async function begin(): Promise<void> {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  rng = createRng(seed!);
  round = 0;
  right = 0;
  await next();
}

async function next(): Promise<void> {
  const button = byId<HTMLButtonElement>('quiz-next');
  button.disabled = true;
  const asked = await status.during('Drawing …', async () => {
    const [fake, real] = await Promise.all([drawFake(), drawReal()]);
    round++;
    ask(real, fake);
    return true;
  });
  if (asked) return;
  // The round can be tried again; the images of the one before are no question any more.
  byId('quiz-choices').replaceChildren();
  button.disabled = false;
}

async function drawFake(): Promise<Picture> {
  const thread = await generator();
  return (await thread.drawSamples(1, rng.integer(2 ** 31))).images[0]!;
}

/** A real image, and what was wrong with the files that were tried before. @throws Error if no file can be read. */
async function drawReal(): Promise<Real> {
  const size = await generatorSize();
  const files = reals();
  const leftOut: string[] = [];
  if (files.length === 0) return { picture: await calls.drawnImage(rng.integer(2 ** 31), size), leftOut };
  for (;;) {
    const readable = files.filter((file) => !unreadable.has(file));
    if (readable.length === 0)
      throw new Error('None of the chosen files can be read: choose another folder.');
    const file = readable[rng.integer(readable.length)]!;
    try {
      return { picture: await calls.realImage(file, size), leftOut };
    } catch (error) {
      unreadable.add(file);
      leftOut.push(error instanceof Error ? error.message : String(error));
    }
  }
}

function ask({ picture: real, leftOut }: Real, fake: Picture): void {
  const realIsFirst = rng.integer(2) === 0;
  const pictures = realIsFirst ? [real, fake] : [fake, real];
  const buttons = pictures.map((picture, i) => {
    const name = i === 0 ? 'the first' : 'the second';
    const button = element(
      'button',
      { type: 'button' },
      canvasOf(picture, `Image ${i + 1}`),
      `It is ${name}`,
    );
    button.addEventListener('click', () => answer(buttons, i, realIsFirst ? 0 : 1));
    return button;
  });
  byId('quiz-choices').replaceChildren(...buttons);
  const others = leftOut.length > 1 ? `; and ${leftOut.length - 1} more` : '';
  const note = leftOut.length > 0 ? ` Left out: ${leftOut[0]}${others}.` : '';
  status.say(`Round ${round} of ${ROUNDS}: which is real?${note}`);
}

function answer(buttons: readonly HTMLButtonElement[], chosen: number, real: number): void {
  if (chosen === real) right++;
  for (const button of buttons) button.disabled = true;
  buttons[real]!.classList.add('real');
  const next = byId<HTMLButtonElement>('quiz-next');
  next.disabled = false;
  next.textContent = round < ROUNDS ? 'Next' : 'Ten more';
  next.focus();
  const truth = `${chosen === real ? 'Right' : 'Wrong'}: the ${real === 0 ? 'first' : 'second'} one is real.`;
  const end = round === ROUNDS ? ' That was the last round; by chance it would be 5.' : '';
  status.say(`${truth} ${right} of ${round} so far.${end}`);
}
