import { flipRows } from '../pixels/flip.js';
import { geometric, type NoParams, type Transform, type TransformOptions } from '../transform.js';

/** Mirrors top and bottom. No radiograph is read upside down: see the preset `chestXray`. */
export function verticalFlip(options: TransformOptions = {}): Transform<NoParams> {
  return geometric({
    name: 'verticalFlip',
    p: options.p,
    sample: () => ({}),
    move: flipRows,
    point: (x, y, _, size) => [x, size.height - y],
  });
}
