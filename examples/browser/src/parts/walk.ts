import { byId, onClick } from '../ui/dom.js';
import { draw, savePng } from '../ui/draw.js';
import { latest } from '../ui/latest.js';
import type { Status } from '../ui/status.js';
import type { Calls } from '../worker/connect.js';
import type { Picture } from '../worker/picture.js';
import { type Place, placeAt, turn } from './latent-place.js';

/** How far a key press goes, in radians: about 60 to the opposite vector and back. */
const STEP = 0.1;

const KEYS: Readonly<Record<string, readonly [axis: 'across' | 'along', angle: number]>> = {
  ArrowRight: ['across', STEP],
  ArrowLeft: ['across', -STEP],
  ArrowUp: ['along', STEP],
  ArrowDown: ['along', -STEP],
};

/**
 * A walk through the latent space by the arrow keys, or by buttons: around the origin, along two directions at right angles, since
 * a generator knows only vectors about as long as those it was trained on.
 */
export function startWalk(status: Status, generator: () => Promise<Calls<'generate'>>): void {
  const stage = byId('walk');
  const canvas = byId<HTMLCanvasElement>('walk-image');
  let place: Place | undefined;
  let shown: Picture | undefined;
  let seed = 0;

  const restart = async (): Promise<void> => {
    const thread = await generator();
    const [at, across, along] = await Promise.all([0, 1, 2].map((index) => thread.latentOf(seed, index)));
    place = placeAt(at!, across!, along!);
    await show();
  };
  const show = async (): Promise<void> => {
    const thread = await generator();
    shown = (await thread.drawLatents(place!.at)).images[0]!;
    draw(canvas, shown);
  };
  // Keys come faster than images where the machine is slow: only the last place is drawn then.
  const showLatest = latest(() => status.during('Drawing …', show));
  const move = (key: string): void => {
    const [axis, angle] = KEYS[key]!;
    if (!place) return;
    place = turn(place, axis, angle);
    showLatest();
  };
  stage.addEventListener('keydown', (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    move(event.key);
  });
  for (const key of Object.keys(KEYS)) onClick(`walk-${key}`, () => move(key));
  onClick('walk-jump', () => {
    seed++;
    return status.during('Drawing …', restart);
  });
  onClick('walk-save', () => shown && savePng(`walk-${seed}.png`, shown));
  stage.addEventListener('restart', () => void status.during('Drawing …', restart));
}
