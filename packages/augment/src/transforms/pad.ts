import { imageSize, type Size } from '../image.js';
import { checkOptions, checkWhole } from '../options.js';
import { copyWindow } from '../pixels/window.js';
import {
  geometric,
  type NoParams,
  shiftedPoints,
  type Transform,
  type TransformOptions,
} from '../transform.js';
import { FILL_OPTIONS, type FillOptions, samplings } from '../warp/sampling.js';

/** Options of `pad`. */
export interface PadOptions extends TransformOptions, FillOptions {
  /** Pixels on every side, or on the left, top, right and bottom; from 0 on. */
  border: number | readonly [left: number, top: number, right: number, bottom: number];
}

/** Puts a border around the image: Pillow's `ImageOps.expand`, or NumPy's `edge` and `reflect`. */
export function pad(options: PadOptions): Transform<NoParams> {
  checkOptions<PadOptions>('pad', options, { border: true, ...FILL_OPTIONS, p: true });
  const { border } = options;
  const sides = Array.isArray(border) ? border : [border, border, border, border];
  if (sides.length !== 4) throw new RangeError(`invalid border: [${border}] (one number, or four)`);
  const [left, top, right, bottom] = sides.map((side) => checkWhole('border', side, 0)) as [
    number,
    number,
    number,
    number,
  ];
  const outputSize = ({ height, width }: Size) => ({
    height: height + top + bottom,
    width: width + left + right,
  });
  return geometric({
    name: 'pad',
    p: options.p,
    sampling: samplings(options),
    limits: {},
    sample: () => ({}),
    move: (image, _, { fill }) =>
      copyWindow(image, { left: -left, top: -top, ...outputSize(imageSize(image)) }, fill),
    points: () => shiftedPoints(left, top),
    outputSize,
  });
}
