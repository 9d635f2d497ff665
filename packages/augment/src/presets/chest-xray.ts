import { compose, type Step } from '../compose.js';
import { checkOptions } from '../options.js';
import type { Transform } from '../transform.js';
import { affine } from '../transforms/affine.js';
import { collimation } from '../transforms/collimation.js';
import { contrast } from '../transforms/contrast.js';
import { gamma } from '../transforms/gamma.js';
import { gaussianBlur } from '../transforms/gaussian-blur.js';
import { gaussianNoise } from '../transforms/gaussian-noise.js';
import { horizontalFlip } from '../transforms/horizontal-flip.js';
import type { Fill } from '../warp/sampling.js';
import { square } from './square.js';

/** Options of `chestXray`. */
export interface ChestXrayOptions {
  /** Height and width of the result, pixels, from 1 on. @default the image's own */
  size?: number | undefined;
  /**
   * Probability of a mirror image, 0..1. Use it only if left and right do not matter to what is learned: a mirrored chest shows
   * dextrocardia, and its L marker reads backwards. @default 0
   */
  horizontalFlip?: number | undefined;
  /** What surrounds the moved image. @default 0, black as outside the collimator */
  fill?: Fill | undefined;
}

/**
 * Changes that can occur between two exposures of one patient's frontal chest X-ray. We chose mild ranges, for these reasons:
 *
 * - **No vertical flip, no large rotation**: radiographs are shown head up, so a network never meets others. A good one shows the thorax symmetric and the whole rib cage above the diaphragm (Royal College of Radiologists,
 *   AuditLive, "Adapted anatomical image criteria for PA chest radiography", after the European guidelines EUR 16260 EN,
 *   1996). For the variation in positioning we take 7° of rotation, 5 % of shift and 10 % of zoom. Stronger geometry may harm:
 *   17 networks for COVID-19 had a better Matthews coefficient without any (0.51) than with each of
 *   four published recipes (0.44 to 0.49; Elgendi et al., Frontiers in Medicine 8, 2021, 629134).
 * - **No horizontal flip** unless asked for: it puts the heart on the right, which is a finding (dextrocardia).
 * - **No hue, saturation or inversion**: the image is a map of absorption. Gamma, contrast and blur vary mildly, because
 *   contrast and sharpness come from the apparatus and networks take them for signs of disease (Scientific Reports 13,
 *   2023, doi 10.1038/s41598-023-39855-3); noise, because the dose does.
 * - **Collimation borders** in some images. Networks tell from an image which hospital took it (Zech et al., PLOS Medicine 15(11),
 *   2018, e1002683); that borders help them is our guess, and varying them costs little.
 */
export function chestXray(options: ChestXrayOptions = {}): Transform<readonly Step[]> {
  checkOptions<ChestXrayOptions>('chestXray', options, { size: true, horizontalFlip: true, fill: true });
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
