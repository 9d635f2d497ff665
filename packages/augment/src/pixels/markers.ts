import type { Raster } from '../image.js';
import { lumaOf } from './luma.js';

interface PixelBox {
  readonly left: number;
  readonly top: number;
  /** One after the last column. */
  readonly right: number;
  /** One after the last row. */
  readonly bottom: number;
}

/** A lead letter covers at least this part of its bounding box; a thin "L" covers about a third. */
const MIN_COVER = 0.2;

/**
 * Bounding boxes of small bright spots near the border, each enlarged by one pixel on every side. The thresholds are fractions:
 * of the brightest pixel, of the shorter side and of the image's area.
 */
export function findMarkers(source: Raster, threshold: number, border: number, maxArea: number): PixelBox[] {
  const { width, height } = source;
  const grey = lumaOf(source);
  let brightest = 0;
  for (let i = 0; i < grey.length; i++) brightest = Math.max(brightest, grey[i]!);
  const level = threshold * brightest;
  const depth = border * Math.min(width, height);
  const near = (x: number, y: number) => x < depth || y < depth || x >= width - depth || y >= height - depth;
  const seen = new Uint8Array(width * height);
  const markers: PixelBox[] = [];
  for (let start = 0; start < grey.length; start++) {
    if (seen[start] || grey[start]! < level || brightest === 0) continue;
    const spot = spotFrom(start, grey, seen, width, height, level);
    const spotWidth = spot.right - spot.left;
    const spotHeight = spot.bottom - spot.top;
    const touches = spot.left === 0 || spot.top === 0 || spot.right === width || spot.bottom === height;
    const small = spotWidth * spotHeight <= maxArea * width * height;
    const large = Math.max(spotWidth, spotHeight) >= 0.01 * Math.min(width, height) && spot.pixels >= 4;
    const solid = spot.pixels >= MIN_COVER * spotWidth * spotHeight;
    if (
      !touches &&
      small &&
      large &&
      solid &&
      near((spot.left + spot.right) / 2, (spot.top + spot.bottom) / 2)
    ) {
      markers.push({
        left: spot.left - 1,
        top: spot.top - 1,
        right: spot.right + 1,
        bottom: spot.bottom + 1,
      });
    }
  }
  return markers;
}

/** The connected pixels (8 neighbours) of at least this level. */
function spotFrom(
  start: number,
  grey: Raster['data'],
  seen: Uint8Array,
  width: number,
  height: number,
  level: number,
): PixelBox & { pixels: number } {
  const stack = [start];
  seen[start] = 1;
  let [left, top, right, bottom, pixels] = [width, height, 0, 0, 0];
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const x = i % width;
    const y = (i - x) / width;
    pixels++;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const j = v * width + u;
        if (seen[j] || grey[j]! < level) continue;
        seen[j] = 1;
        stack.push(j);
      }
    }
  }
  return { left, top, right, bottom, pixels };
}

/** The median of one channel in the ring, two pixels wide, around a box. */
export function surroundings(
  { data, width, height, channels }: Raster,
  box: PixelBox,
  channel: number,
): number {
  const values: number[] = [];
  for (let y = Math.max(0, box.top - 2); y < Math.min(height, box.bottom + 2); y++) {
    for (let x = Math.max(0, box.left - 2); x < Math.min(width, box.right + 2); x++) {
      const within = x >= box.left && x < box.right && y >= box.top && y < box.bottom;
      if (!within) values.push(data[(y * width + x) * channels + channel]!);
    }
  }
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
