import type { AugmentRecord } from '@cxr/augment';
import { byId, element, numberOf, onClick } from '../ui/dom.js';
import { draw, savePng } from '../ui/draw.js';
import { acceptFiles } from '../ui/files.js';
import { latest } from '../ui/latest.js';
import { statusOf } from '../ui/status.js';
import { type Calls, connect } from '../worker/connect.js';
import { OFFERS, type TransformName } from '../worker/offers.js';
import type { Picture } from '../worker/picture.js';
import type { Choice } from '../worker/transforms.js';
import { augmentCode } from './augment-code.js';

const status = statusOf('augment-status');
let calls: Calls<'augment'>;
/** Undefined while the phantom takes the place of an image. */
let file: string | undefined;
let reference: string | undefined;
let after: Picture | undefined;

/** Starts the part. */
export function openAugment(): void {
  calls = connect('augment').calls;
  byId('augment-transforms').replaceChildren(...(Object.keys(OFFERS) as TransformName[]).map(offer));
  const seed = byId<HTMLInputElement>('augment-seed');
  seed.addEventListener('input', update);
  onClick('augment-next', () => {
    seed.value = String(Number(seed.value) + 1);
    update();
  });
  onClick('augment-save', () => after && savePng('augmented.png', after));
  onClick('augment-copy', copy);
  acceptFiles('augment-file', ([first]) => open(first));
  acceptFiles('augment-reference', ([first]) => openReference(first!));
  setOn('rotate');
  void open();
}

async function open(chosen?: File): Promise<void> {
  await status.during('Reading the image …', async () => {
    const before = await calls.openImage(chosen);
    file = chosen?.name;
    draw(byId<HTMLCanvasElement>('augment-before'), before);
    const [height, width, channels] = before.shape;
    const bits = before.data.BYTES_PER_ELEMENT * 8;
    const name = file ?? 'A drawn phantom, until you choose an image';
    byId('augment-name').textContent =
      `${name}: ${width} × ${height}, ${channels === 1 ? 'grey' : 'colour'}, ${bits} bits`;
    await augmentNow();
  });
}

async function openReference(chosen: File): Promise<void> {
  await status.during('Reading the second image …', async () => {
    await calls.openReference(chosen);
    reference = chosen.name;
    byId('augment-reference-name').textContent = reference;
    await augmentNow();
  });
}

/** Sliders move faster than large images are augmented: only the last position is. */
const update: () => void = latest(() => status.during('Augmenting …', augmentNow));

async function augmentNow(): Promise<void> {
  const choices = chosen();
  const result = await calls.augmentImage(choices, numberOf('augment-seed'));
  after = result.after;
  draw(byId<HTMLCanvasElement>('augment-after'), after);
  show(choices, result.record);
  const [height, width] = after.shape;
  status.say(`${width} × ${height} pixels in ${result.milliseconds.toFixed(1)} ms.`);
}

function show(choices: readonly Choice[], record: AugmentRecord): void {
  byId<HTMLTextAreaElement>('augment-record').value = JSON.stringify(record, null, 1);
  byId<HTMLTextAreaElement>('augment-code').value = augmentCode({ file, reference }, choices, record);
}

async function copy(): Promise<void> {
  const code = byId<HTMLTextAreaElement>('augment-code');
  try {
    await navigator.clipboard.writeText(code.value);
    status.say('The code is on the clipboard.');
  } catch {
    code.select();
    status.say('This browser keeps the clipboard closed: the code is selected, copy it with the keyboard.');
  }
}

/** A box for a transform: a switch and its sliders. */
function offer(name: TransformName): HTMLElement {
  const { title, sliders } = OFFERS[name];
  const on = element('input', { type: 'checkbox', id: `augment-on-${name}` });
  const rows = Object.entries(sliders).map(([option, { min, max, step, value }]) => {
    const range = element('input', { type: 'range', id: `augment-${name}-${option}` });
    // The limits come before the value, which is cut to them.
    Object.assign(range, { min: String(min), max: String(max), step: String(step), value: String(value) });
    const shown = element('output', {}, String(value));
    range.addEventListener('input', () => {
      shown.textContent = range.value;
      setOn(name);
      update();
    });
    return element('label', { className: 'slider' }, element('span', {}, `${option} `, shown), range);
  });
  on.addEventListener('change', update);
  const legend = element('legend', {}, element('label', {}, on, title));
  return element('fieldset', {}, legend, ...rows);
}

function setOn(name: TransformName): void {
  byId<HTMLInputElement>(`augment-on-${name}`).checked = true;
}

function chosen(): Choice[] {
  const names = Object.keys(OFFERS) as TransformName[];
  return names
    .filter((name) => byId<HTMLInputElement>(`augment-on-${name}`).checked)
    .map((name) => {
      const options = Object.entries(OFFERS[name].sliders).map(([option, { around }]) => {
        const value = Number(byId<HTMLInputElement>(`augment-${name}-${option}`).value);
        return [option, around ? [-value, value] : value];
      });
      return { name, options: Object.fromEntries(options) };
    });
}
