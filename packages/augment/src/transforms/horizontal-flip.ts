import { flipColumns } from '../pixels/flip.js';
import { geometric, type NoParams, type Transform, type TransformOptions } from '../transform.js';

/** Mirrors left and right. It moves the heart to the other side of the chest: see the preset `chestXray`. */
export function horizontalFlip(options: TransformOptions = {}): Transform<NoParams> {
  return geometric({
    name: 'horizontalFlip',
    p: options.p,
    sample: () => ({}),
    move: flipColumns,
    point: (x, y, _, size) => [size.width - x, y],
  });
}
