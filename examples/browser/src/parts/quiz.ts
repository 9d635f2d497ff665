import { createRng, type Rng } from '@cxr/image';
import { byId, element, onClick } from '../ui/dom.js';
import { canvasOf } from '../ui/draw.js';
import { statusOf } from '../ui/status.js';
import { type Calls, connect } from '../worker/connect.js';
import type { Picture } from '../worker/picture.js';
import { generator, generatorSize } from './generate.js';
import { imageFolder } from './image-folder.js';

const ROUNDS = 10;

const status = statusOf('quiz-status');
const reals = imageFolder('quiz-file', 'quiz-count', () => void begin());
let calls: Calls<'quiz'>;
let rng: Rng;
let round = 0;
let right = 0;

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
  byId<HTMLButtonElement>('quiz-next').disabled = true;
  await status.during('Drawing …', async () => {
    const [fake, real] = await Promise.all([drawFake(), drawReal()]);
    round++;
    ask(real, fake);
  });
}

async function drawFake(): Promise<Picture> {
  const thread = await generator();
  return (await thread.drawSamples(1, rng.integer(2 ** 31))).images[0]!;
}

async function drawReal(): Promise<Picture> {
  const size = await generatorSize();
  const files = reals();
  if (files.length === 0) return calls.drawnImage(rng.integer(2 ** 31), size);
  return calls.realImage(files[rng.integer(files.length)]!, size);
}

function ask(real: Picture, fake: Picture): void {
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
  status.say(`Round ${round} of ${ROUNDS}: which is real?`);
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
