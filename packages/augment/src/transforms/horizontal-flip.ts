import { checkOptions } from '../options.js';
import { flipColumns } from '../pixels/flip.js';
import {
  geometric,
  type NoParams,
  type PointMap,
  type Transform,
  type TransformOptions,
} from '../transform.js';
import { samplings } from '../warp/sampling.js';

/** Mirrors left and right. It moves the heart to the other side of the chest: see the preset `chestXray`. */
export function horizontalFlip(options: TransformOptions = {}): Transform<NoParams> {
  checkOptions<TransformOptions>('horizontalFlip', options, { p: true });
  return geometric({
    name: 'horizontalFlip',
    p: options.p,
    sampling: samplings(),
    limits: {},
    sample: () => ({}),
    move: flipColumns,
    points(_, size) {
      const flip: PointMap['forward'] = (x, y) => [size.width - x, y];
      return { forward: flip, back: flip };
    },
  });
}
