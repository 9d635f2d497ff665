import { compose, type Step } from '../compose.js';
import { checkWhole } from '../options.js';
import type { Transform } from '../transform.js';
import { affine } from '../transforms/affine.js';
import { collimation } from '../transforms/collimation.js';
import { contrast } from '../transforms/contrast.js';
import { gamma } from '../transforms/gamma.js';
import { gaussianBlur } from '../transforms/gaussian-blur.js';
import { gaussianNoise } from '../transforms/gaussian-noise.js';
import { horizontalFlip } from '../transforms/horizontal-flip.js';
import { resize } from '../transforms/resize.js';
import type { Fill } from '../warp/sampling.js';

export interface ChestXrayOptions {
  /** Height and width of the result, pixels. By default the image's own. */
  size?: number;
  /**
   * Probability of a mirror image. Right only where sides cannot matter to what is learned: a mirrored chest shows
   * dextrocardia, and its L marker reads backwards. @default 0
   */
  horizontalFlip?: number;
  /** Around the moved image. @default 0, as beyond the collimator */
  fill?: Fill;
}

/**
 * What can happen to a frontal chest X-ray between one patient's two visits, and no more:
 *
 * - **No vertical flip**, no large rotation: a radiograph is taken upright or supine and shown head up. Rotation is at
 *   most 7°, shift 5 %, zoom 10 %: what positioning leaves open. A good radiograph shows the thorax upright and
 *   symmetric and the whole rib cage above the diaphragm (European Commission, European guidelines on quality criteria
 *   for diagnostic radiographic images, EUR 16260 EN, 1996, chest PA), so nothing is cropped. Stronger geometry, as 17
 *   COVID-19 models had it, cost them accuracy (Elgendi et al., Frontiers in Medicine 8,
 *   2021, 629134).
 * - **No horizontal flip** unless asked for: situs is a finding.
 * - **No hue, saturation or inversion**: the image is a map of absorption. Gamma and contrast vary mildly, as detectors
 *   and their processing do; blur and noise, as motion and dose do.
 * - **Collimation borders** at times, as they tell hospitals apart and must not be learned (Zech et al., PLoS Medicine
 *   15(11), 2018, e1002683).
 */
export function chestXray(options: ChestXrayOptions = {}): Transform<readonly Step[]> {
  const { size, fill = 0 } = options;
  return compose([
    ...(size === undefined ? [] : [square(size)]),
    horizontalFlip({ p: options.horizontalFlip ?? 0 }),
    affine({
      degrees: [-7, 7],
      translate: [
        [-0.05, 0.05],
        [-0.05, 0.05],
      ],
      scale: [0.9, 1.1],
      fill,
    }),
    gamma({ gamma: [0.8, 1.25], p: 0.5 }),
    contrast({ factor: [0.85, 1.15], p: 0.5 }),
    gaussianBlur({ sigma: [0.3, 1], p: 0.2 }),
    gaussianNoise({ sigma: [0.005, 0.02], p: 0.3 }),
    collimation({ margin: [0, 0.06], p: 0.1 }),
  ]);
}

function square(size: number) {
  checkWhole('size', size, 1);
  return resize({ height: size, width: size });
}
