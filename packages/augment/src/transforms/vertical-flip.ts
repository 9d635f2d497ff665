import { checkOptions } from '../options.js';
import { flipRows } from '../pixels/flip.js';
import {
  geometric,
  type NoParams,
  type PointMap,
  type Transform,
  type TransformOptions,
} from '../transform.js';
import { samplings } from '../warp/sampling.js';

/** Mirrors top and bottom. Radiographs are never read upside down: see the preset `chestXray`. */
export function verticalFlip(options: TransformOptions = {}): Transform<NoParams> {
  checkOptions<TransformOptions>('verticalFlip', options, { p: true });
  return geometric({
    name: 'verticalFlip',
    p: options.p,
    sampling: samplings(),
    limits: {},
    sample: () => ({}),
    move: flipRows,
    points(_, size) {
      const flip: PointMap['forward'] = (x, y) => [x, size.height - y];
      return { forward: flip, back: flip };
    },
  });
}
