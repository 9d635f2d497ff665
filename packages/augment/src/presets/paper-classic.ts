import { compose, type Step } from '../compose.js';
import { checkOptions, checkWhole } from '../options.js';
import type { Transform } from '../transform.js';
import { affine } from '../transforms/affine.js';
import { brightness } from '../transforms/brightness.js';
import { contrast } from '../transforms/contrast.js';
import { horizontalFlip } from '../transforms/horizontal-flip.js';
import { hue } from '../transforms/hue.js';
import { pad } from '../transforms/pad.js';
import { randomResizedCrop } from '../transforms/random-resized-crop.js';
import { saturation } from '../transforms/saturation.js';

/** Options of `paperClassic`. */
export interface PaperClassicOptions {
  /** Height and width of the result, pixels, from 1 on. @default 128, as in the paper */
  size?: number | undefined;
}

/**
 * What the paper compares its GAN with: "position augmentation techniques such as scaling, cropping, flipping, padding,
 * rotation, translation, affine transformation, and color augmentation techniques such as brightness, contrast,
 * saturation, and hue" (Kora Venu & Ravula, Future Internet 2021, 13(1), 8, abstract). It gives no numbers:
 * these are mild versions of the usual ones in torchvision's recipes. Scaling, rotation and translation are the parts of one
 * affine transform, so that the image is interpolated twice (there and by the crop), not five times.
 */
export function paperClassic(options: PaperClassicOptions = {}): Transform<readonly Step[]> {
  checkOptions<PaperClassicOptions>('paperClassic', options, { size: true });
  const size = checkWhole('size', options.size ?? 128, 1);
  return compose([
    horizontalFlip({ p: 0.5 }),
    affine({
      degrees: [-10, 10],
      translate: [
        [-0.1, 0.1],
        [-0.1, 0.1],
      ],
      scale: [0.9, 1.1],
      shear: [[-5, 5], 0],
    }),
    pad({ border: Math.round(size / 16) }),
    randomResizedCrop({ height: size, width: size, area: [0.7, 1] }),
    brightness({ factor: [0.8, 1.2] }),
    contrast({ factor: [0.8, 1.2] }),
    saturation({ factor: [0.8, 1.2] }),
    hue({ shift: [-0.05, 0.05] }),
  ]);
}
