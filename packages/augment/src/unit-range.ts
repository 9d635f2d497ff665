import { checkSamples, UNIT_RANGE, type ValueRange } from '@cxr/image';
import { type Image, raster, toImage } from './image.js';

/**
 * Applies `change` to a float image of another range as an image of 0..1, and scales the result back. Other images are passed as
 * they are.
 * @throws RangeError for an invalid range, and for a sample outside it, or NaN.
 */
export function inUnitRange(image: Image, range: ValueRange, change: (image: Image) => Image): Image {
  const source = raster(image);
  const [min, max] = range;
  const same = min === UNIT_RANGE[0] && max === UNIT_RANGE[1];
  if (same || !(source.data instanceof Float32Array)) return change(image);
  checkSamples(source.data, range);
  const span = max - min;
  // In single precision white may come out slightly above the range, or above 1.
  const unit = source.data.map((value) => Math.min(1, Math.max(0, (value - min) / span)));
  const before = toImage(unit, source, source.channels);
  const after = change(before);
  if (after === before) return image;
  const { data, channels, ...size } = raster(after as Image<Float32Array>);
  return toImage(
    data.map((value) => Math.min(max, Math.max(min, value * span + min))),
    size,
    channels,
  );
}
