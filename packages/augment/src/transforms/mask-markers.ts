import { type Image, raster, toImage } from '../image.js';
import { copyOf } from '../memory.js';
import { checkNumber, checkOptions } from '../options.js';
import { findMarkers, surroundings } from '../pixels/markers.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `maskMarkers`. */
export interface MaskMarkersOptions extends TransformOptions {
  /** Smallest brightness of a marker's pixels, a fraction of the brightest pixel, 0..1. @default 0.9 */
  threshold?: number | undefined;
  /** Width of the margin that is searched, a fraction of the shorter side, 0..0.5. @default 0.25 */
  border?: number | undefined;
  /** Largest area of one letter's bounding box, a fraction of the image, 0..1. @default 0.01 */
  maxArea?: number | undefined;
}

/**
 * Paints over the lead letters (L, R) that mark the sides. A network may recognise hospitals by them (Zech et al., PLOS
 * Medicine 15(11), 2018, e1002683). It looks near the border for small, compact spots of nearly white pixels and fills their
 * boxes with the median of the surrounding pixels. This is a heuristic: check it on your images.
 */
export function maskMarkers(options: MaskMarkersOptions = {}): Transform<NoParams> {
  checkOptions<MaskMarkersOptions>('maskMarkers', options, {
    threshold: true,
    border: true,
    maxArea: true,
    p: true,
  });
  const threshold = checkNumber('threshold', options.threshold ?? 0.9, 0, 1);
  const border = checkNumber('border', options.border ?? 0.25, 0, 0.5);
  const maxArea = checkNumber('maxArea', options.maxArea ?? 0.01, 0, 1);
  return photometric({
    name: 'maskMarkers',
    p: options.p,
    limits: {},
    sample: () => ({}),
    apply: (image) => withoutMarkers(image, threshold, border, maxArea),
  });
}

function withoutMarkers(image: Image, threshold: number, border: number, maxArea: number): Image {
  const source = raster(image);
  const markers = findMarkers(source, threshold, border, maxArea);
  if (markers.length === 0) return image;
  const out = copyOf(source.data);
  for (const box of markers) {
    for (let c = 0; c < source.channels; c++) {
      const value = surroundings(source, box, c);
      for (let y = box.top; y < box.bottom; y++) {
        for (let x = box.left; x < box.right; x++) out[(y * source.width + x) * source.channels + c] = value;
      }
    }
  }
  return toImage(out, source, source.channels);
}
