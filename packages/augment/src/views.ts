import { type AugmentOptions, type AugmentRecord, augment } from './augment.js';
import type { Box, Point } from './boxes.js';
import { boxAround, cutBox, OUTLINE_PARTS, outlineOf } from './boxes.js';
import { type Image, imageSize, raster, type Size, toImage } from './image.js';
import type { Json } from './json.js';
import { type MaskKind, moveChannels } from './masks.js';
import { samplesLike } from './memory.js';
import { checkOptions, checkWhole } from './options.js';
import type { Transform } from './transform.js';
import { borderSampler } from './warp/border.js';

/** An augmented view of an image, and the way back from it. */
export interface View {
  readonly image: Image;
  /** What was done, for `replay`. */
  readonly record: AugmentRecord;
  /**
   * A mask of the view, `[height, width, any channels]`, such as a network's answer, on the image's own pixels: each looks up its
   * place in the view, so that nothing is resampled twice. 0 where the view does not show the image.
   * @param kind `'classes'`: nearest neighbour; `'soft'`: bilinear. @default 'classes'
   * @throws RangeError for a mask of another size than the view's.
   */
  invertMask(mask: Image, kind?: MaskKind): Image;
  /** Boxes of the view as boxes of the image, around their outlines and cut at its border; null for one that is outside. */
  invertBoxes(boxes: readonly (Box | null)[]): (Box | null)[];
  /** Points of the view as points of the image; they may be outside it. */
  invertPoints(points: readonly (Point | null)[]): (Point | null)[];
}

/** Options of `views`. */
export interface ViewsOptions extends Pick<AugmentOptions, 'range'> {
  /** The same seed gives the same views; a safe integer. @default 0 */
  seed?: number | undefined;
}

/**
 * Views of an image for test-time augmentation: put each through a network, bring its answers back, and average them. View i is
 * what `augment` gives for the key `{ seed, epoch: i, index: 0 }`.
 * @param n 1..10,000.
 * @throws the errors of `augment`.
 */
export function views(image: Image, transform: Transform, n: number, options: ViewsOptions = {}): View[] {
  checkOptions<ViewsOptions>('views', options, { seed: true, range: true });
  checkWhole('n', n, 1, 10_000);
  const { seed = 0, range } = options;
  return Array.from({ length: n }, (_, epoch) => {
    const { image: seen, record } = augment(transform, { image }, { seed, epoch, index: 0 }, { range });
    return { image: seen, record, ...wayBack(transform, record.params, imageSize(image)) };
  });
}

function wayBack(transform: Transform, params: Json, size: Size): Omit<View, 'image' | 'record'> {
  const view = transform.outputSize(size, params);
  const invertPoints = (points: readonly (Point | null)[]) => transform.invertPoints(points, params, size);
  return {
    invertPoints,
    invertMask(mask, kind = 'classes') {
      const { height, width } = imageSize(mask);
      if (height !== view.height || width !== view.width) {
        throw new RangeError(
          `a mask of ${height} × ${width} pixels for a view of ${view.height} × ${view.width}`,
        );
      }
      return moveChannels(mask, (plane) => lookedUp(plane, transform, params, size, kind));
    },
    invertBoxes: (boxes) =>
      boxes.map((box) => {
        if (box === null) return null;
        return cutBox(boxAround(invertPoints(outlineOf(box, OUTLINE_PARTS)) as Point[]), size);
      }),
  };
}

/** An image of this size, each pixel of which shows its place in the view. */
function lookedUp(view: Image, transform: Transform, params: Json, size: Size, kind: MaskKind): Image {
  const source = raster(view);
  const { channels } = source;
  const out = samplesLike(source.data, size.height * size.width * channels);
  const interpolation = kind === 'soft' ? 'bilinear' : 'nearest';
  const sample = borderSampler(source, { interpolation, fill: 0 });
  for (let y = 0, o = 0; y < size.height; y++) {
    const row = Array.from({ length: size.width }, (_, x): Point => [x + 0.5, y + 0.5]);
    for (const point of transform.applyToPoints(row, params, size) as Point[]) {
      sample(point[0], point[1], out, o);
      o += channels;
    }
  }
  return toImage(out, size, channels);
}
