import { imageSize, type Size } from '../image.js';
import { checkWhole } from '../options.js';
import { copyWindow } from '../pixels/window.js';
import { geometric, type NoParams, type Transform, type TransformOptions } from '../transform.js';
import { type SamplingOptions, samplings } from '../warp/sampling.js';

export interface PadOptions extends TransformOptions, Omit<SamplingOptions, 'interpolation'> {
  /** Pixels on every side, or on the left, top, right and bottom. */
  border: number | readonly [left: number, top: number, right: number, bottom: number];
}

/** Puts a border around the image: Pillow's `ImageOps.expand`, or NumPy's `edge` and `reflect`. */
export function pad(options: PadOptions): Transform<NoParams> {
  const { border } = options;
  const sides = typeof border === 'number' ? [border, border, border, border] : border;
  const [left, top, right, bottom] = sides.map((side) => checkWhole('border', side, 0)) as [
    number,
    number,
    number,
    number,
  ];
  const sampling = samplings(options);
  const outputSize = ({ height, width }: Size) => ({
    height: height + top + bottom,
    width: width + left + right,
  });
  return geometric({
    name: 'pad',
    p: options.p,
    sample: () => ({}),
    move: (image, _, isMask) =>
      copyWindow(
        image,
        { left: -left, top: -top, ...outputSize(imageSize(image)) },
        (isMask ? sampling.mask : sampling.image).fill,
      ),
    point: (x, y) => [x + left, y + top],
    outputSize,
  });
}
