import type { Transform } from '../transform.js';
import { type CropOptions, type CropParams, cropTransform } from './crop.js';

/** Cuts a piece of this size from the centre, as torchvision's `center_crop` does. */
export function centerCrop(options: CropOptions): Transform<CropParams> {
  return cropTransform('centerCrop', options, () => ({ x: 0.5, y: 0.5 }));
}
