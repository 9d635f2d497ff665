import generatorUrl from '@cxr/dcgan/pretrained/xray-normal-128.safetensors?url';
import { byId, element, numberOf, onClick } from '../ui/dom.js';
import { canvasOf, draw, savePng } from '../ui/draw.js';
import { acceptFiles } from '../ui/files.js';
import { statusOf } from '../ui/status.js';
import { type Calls, connect } from '../worker/connect.js';
import type { Drawn, GeneratorFacts, GeneratorSource } from '../worker/generate.js';
import type { Picture } from '../worker/picture.js';
import { startWalk } from './walk.js';

/** Images of the strip between two samples: enough that a drag looks continuous. */
const STRIP = 33;

const status = statusOf('generate-status');
let calls: Calls<'generate'> | undefined;
let facts: GeneratorFacts | undefined;
let grid: Picture[] = [];
let strip: Picture[] = [];

/** The thread that draws; started when it is first needed, with the generator that comes with @cxr/dcgan. */
export async function generator(): Promise<Calls<'generate'>> {
  if (calls && facts) return calls;
  calls ??= connect('generate').calls;
  facts = await calls.openGenerator({ url: new URL(generatorUrl, document.baseURI).href });
  describe('The generator that comes with @cxr/dcgan');
  return calls;
}

/** Opens another generator, in place of the one before. */
export async function useGenerator(source: GeneratorSource, name: string): Promise<void> {
  calls ??= connect('generate').calls;
  facts = await calls.openGenerator(source);
  describe(name);
  await redraw();
}

/** Width and height of the open generator's images in pixels. */
export async function generatorSize(): Promise<number> {
  await generator();
  return facts!.size;
}

/** Starts the part. */
export function openGenerate(): void {
  onClick('generate-draw', () => status.during('Drawing …', drawGrid));
  onClick('generate-next', () => {
    const seed = byId<HTMLInputElement>('generate-seed');
    seed.value = String(Number(seed.value) + 1);
    return status.during('Drawing …', drawGrid);
  });
  onClick('generate-save', () => status.during('Saving …', saveGrid));
  onClick('generate-save-all', saveEach);
  acceptFiles('generate-file', (files) =>
    status.during('Reading the generator …', () => useGenerator({ files }, files[0]!.name)),
  );
  for (const id of ['between-from', 'between-to']) {
    byId(id).addEventListener('change', () => status.during('Drawing …', drawStrip));
  }
  byId('between-at').addEventListener('input', showBetween);
  onClick('between-save', () =>
    savePng(`between-${byId<HTMLInputElement>('between-at').value}.png`, between()),
  );
  startWalk(status, generator);
  void status.during('Loading the generator …', redraw);
}

async function redraw(): Promise<void> {
  await generator();
  await drawGrid();
  await drawStrip();
  byId('walk').dispatchEvent(new Event('restart'));
}

function describe(name: string): void {
  const { size, latentDim, step, backend } = facts!;
  const steps = step === undefined ? '' : `, trained for ${step.toLocaleString('en')} steps`;
  byId('generate-facts').textContent =
    `${name}: ${size} × ${size} pixels from ${latentDim} numbers${steps}. Computed on ${backend.text}.`;
}

async function drawGrid(): Promise<void> {
  const thread = await generator();
  const seed = numberOf('generate-seed');
  const drawn = await thread.drawSamples(numberOf('generate-count'), seed);
  grid = drawn.images;
  byId('generate-grid').replaceChildren(
    ...grid.map((one, index) => {
      const name = `Synthetic chest X-ray, seed ${seed}, number ${index + 1}`;
      const button = element('button', { type: 'button', title: 'Save as PNG' }, canvasOf(one, name));
      button.addEventListener('click', () => savePng(`seed-${seed}-${index}.png`, one));
      return element('li', {}, button);
    }),
  );
  status.say(rate(drawn));
}

function rate({ images, seconds }: Drawn): string {
  const each = (images.length / seconds).toFixed(images.length / seconds < 10 ? 1 : 0);
  return `${images.length} images in ${seconds.toFixed(2)} s: ${each} images a second.`;
}

async function saveGrid(): Promise<void> {
  const thread = await generator();
  savePng(
    `seed-${numberOf('generate-seed')}.png`,
    await thread.sheetOf(grid, Math.ceil(Math.sqrt(grid.length))),
  );
}

function saveEach(): void {
  const seed = numberOf('generate-seed');
  for (const [index, one] of grid.entries()) savePng(`seed-${seed}-${index}.png`, one);
}

async function drawStrip(): Promise<void> {
  const thread = await generator();
  const [from, to] = [numberOf('between-from'), numberOf('between-to')];
  strip = (await thread.drawStrip({ seed: from }, { seed: to }, STRIP)).images;
  for (const [id, one, seed] of [
    ['between-first', strip[0]!, from],
    ['between-last', strip.at(-1)!, to],
  ] as const) {
    const canvas = byId<HTMLCanvasElement>(id);
    draw(canvas, one);
    canvas.ariaLabel = `Synthetic chest X-ray of seed ${seed}`;
  }
  showBetween();
}

function between(): Picture {
  const share = Number(byId<HTMLInputElement>('between-at').value) / 100;
  return strip[Math.round(share * (STRIP - 1))]!;
}

function showBetween(): void {
  if (strip.length > 0) draw(byId<HTMLCanvasElement>('between-image'), between());
}
