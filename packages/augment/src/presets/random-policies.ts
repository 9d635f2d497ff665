import { compose, type Step } from '../compose.js';
import { oneOf } from '../one-of.js';
import { checkNumber, checkOptions, checkWhole, type NumberRange } from '../options.js';
import type { Transform } from '../transform.js';
import { autoContrast } from '../transforms/auto-contrast.js';
import { brightness } from '../transforms/brightness.js';
import { contrast } from '../transforms/contrast.js';
import { equalize } from '../transforms/equalize.js';
import { rotate } from '../transforms/rotate.js';
import { sharpen } from '../transforms/sharpen.js';
import { shear } from '../transforms/shear.js';
import { translate } from '../transforms/translate.js';
import type { Fill } from '../warp/sampling.js';
import { square } from './square.js';

/** Options of `trivialAugment`. */
export interface TrivialAugmentOptions {
  /** Largest magnitude, 0..30; 30 is torchvision's largest in `RandAugment`. @default 15 */
  magnitude?: number | undefined;
  /** Height and width of the result, pixels, from 1 on. @default the image's own */
  size?: number | undefined;
  /** What surrounds the moved image. @default 0, black */
  fill?: Fill | undefined;
}

/** Options of `randAugment`. */
export interface RandAugmentOptions extends TrivialAugmentOptions {
  /** Magnitude of every transform, 0..30. @default 9 */
  magnitude?: number | undefined;
  /** Number of transforms, one after another, 1..20. @default 2 */
  count?: number | undefined;
}

const LARGEST = 30;

/**
 * TrivialAugment (Müller & Hutter 2021): one transform, drawn evenly, at a magnitude drawn evenly up to `magnitude`; nothing to
 * tune. The list is the part of torchvision's that is safe for X-rays: nothing, shears, shifts, rotations, brightness, contrast,
 * sharpness, autoContrast and equalize, at most as strong as its `RandAugment` has them (30°, 45 % of shift, factors of 1 ± 0.9).
 *
 * Left out: **solarize** and **invert**, which turn air into bone; **posterize**, which merges the few grey levels that tell soft
 * tissues apart; **color**, as X-rays have none; and, as in torchvision's list, flips (a mirrored chest is a finding). Shears are
 * about the centre here, there about the corner. torchvision's own `TrivialAugmentWide` rotates by up to 135°, which no radiograph
 * shows.
 */
export function trivialAugment(options: TrivialAugmentOptions = {}): Transform<readonly Step[]> {
  checkOptions<TrivialAugmentOptions>('trivialAugment', options, { magnitude: true, size: true, fill: true });
  const part = checkNumber('magnitude', options.magnitude ?? 15, 0, LARGEST) / LARGEST;
  return policy(options, [oneOf(safeList((largest) => [-largest * part, largest * part], options.fill))]);
}

/**
 * RandAugment (Cubuk et al. 2019): `count` transforms of the same list as `trivialAugment`'s, drawn evenly, each at the same
 * magnitude, in a random direction.
 */
export function randAugment(options: RandAugmentOptions = {}): Transform<readonly Step[]> {
  checkOptions<RandAugmentOptions>('randAugment', options, {
    magnitude: true,
    count: true,
    size: true,
    fill: true,
  });
  const part = checkNumber('magnitude', options.magnitude ?? 9, 0, LARGEST) / LARGEST;
  const count = checkWhole('count', options.count ?? 2, 1, 20);
  const [less, more] = [-1, 1].map((sign) => safeList((largest) => sign * largest * part, options.fill));
  const either = less!.map((one, i) => oneOf([one, more![i]!]));
  return policy(
    options,
    Array.from({ length: count }, () => oneOf(either)),
  );
}

function policy({ size }: TrivialAugmentOptions, steps: readonly Transform[]): Transform<readonly Step[]> {
  return compose([...(size === undefined ? [] : [square(size)]), ...steps]);
}

/** The list, at the magnitude that `draw` makes of the largest. */
function safeList(draw: (largest: number) => NumberRange, fill: Fill | undefined): Transform[] {
  const slope = draw((Math.atan(0.3) * 180) / Math.PI);
  const shift = draw(150 / 331);
  const change = draw(0.9);
  const factor: NumberRange = typeof change === 'number' ? 1 + change : [1 + change[0], 1 + change[1]];
  return [
    compose([]),
    shear({ x: slope, fill }),
    shear({ y: slope, fill }),
    translate({ x: shift, fill }),
    translate({ y: shift, fill }),
    rotate({ degrees: draw(30), fill }),
    brightness({ factor }),
    contrast({ factor }),
    sharpen({ factor }),
    autoContrast(),
    equalize(),
  ];
}
