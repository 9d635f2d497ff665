import { clip, type Image, maximum, type Pixels, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { checkOptions, checkRange, checkWhole, drawFrom, type NumberRange } from '../options.js';
import { equalizeAdaptively } from '../pixels/equalize-adaptively.js';
import { fromLevels, toLevels } from '../pixels/levels.js';
import { lumaOf } from '../pixels/luma.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `clahe`. */
export interface ClaheOptions extends TransformOptions {
  /** Largest slope of the mapping: 1 changes little, 4 is strong, 0 sets no limit. 0..1,000,000. @default [1, 4] */
  clipLimit?: NumberRange | undefined;
  /** Tiles along each side, 1..256. @default 8 */
  tiles?: number | undefined;
}

/** What `clahe` draws; units as in its options. */
export type ClaheParams = { readonly clipLimit: number };

const LIMITS = { clipLimit: [0, 1e6] } as const;

/**
 * Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994): OpenCV's `createCLAHE`. On RGB
 * the brightness is equalised and its change is added to all channels, so colours stay.
 */
export function clahe(options: ClaheOptions = {}): Transform<ClaheParams> {
  checkOptions<ClaheOptions>('clahe', options, { clipLimit: true, tiles: true, p: true });
  const clipLimit = checkRange('clipLimit', options.clipLimit ?? [1, 4], ...LIMITS.clipLimit);
  const tiles = checkWhole('tiles', options.tiles ?? 8, 1, 256);
  return photometric({
    name: 'clahe',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ clipLimit: drawFrom(rng, clipLimit) }),
    apply: (image, params) => equalized(image, params.clipLimit, tiles),
  });
}

function equalized(image: Image, clipLimit: number, tiles: number): Image {
  const source = raster(image);
  const grey = lumaOf(source);
  const changed = equalizeAdaptively(toLevels(grey), source, clipLimit, tiles);
  const result = fromLevels(changed, grey);
  const data = source.channels === 1 ? result : shiftedBy(source.data, grey, result);
  return toImage(data, source, source.channels);
}

/** Adds the change of a pixel's brightness to each of its channels. */
function shiftedBy(data: Pixels, before: Pixels, after: Pixels): Pixels {
  const out = samplesLike(data, data.length);
  const max = maximum(data);
  for (let i = 0, pixel = 0; i < data.length; i += 3, pixel++) {
    const change = after[pixel]! - before[pixel]!;
    for (let c = i; c < i + 3; c++) out[c] = clip(data[c]! + change, max);
  }
  return out;
}
