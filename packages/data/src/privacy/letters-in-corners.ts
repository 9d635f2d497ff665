import { dimensions, type Image, pixels, resizePillow, toGrey8 } from '@cxr/image';

/** A corner of an image. */
export type Corner = 'top left' | 'top right' | 'bottom left' | 'bottom right';

/** Larger images are shrunk to about this many pixels. */
const SIZE = 1200;
/** Share of width and height that a corner takes. */
const CORNER = 0.4;
const CORNER_HEIGHT = 0.25;
/** Grey levels between a stroke and what surrounds it, at least. */
const CONTRAST = 48;
/** Heights of letters, in pixels; and at most this share of the image's. */
const MIN_LETTER = 5;
const MAX_LETTER = 0.06;
/** Letters beside each other that are text; fewer may be the marker of a side, L or R. */
const LETTERS = 4;

/**
 * The corners of an image that seem to have text burnt in: at least four shapes of the size of letters in a line, brighter or
 * darker than what surrounds them. A hint, which misses text in other places and may take a grid or a ruler for text.
 * @param image `[height, width, channels]`
 * @throws TypeError or RangeError for what is no image.
 */
export function lettersInCorners(image: Image): Corner[] {
  const small = shrunk(toGrey8(image));
  const [height, width] = dimensions(small);
  const grey = pixels(small) as Uint8Array;
  const across = Math.ceil(width * CORNER);
  const down = Math.ceil(height * CORNER_HEIGHT);
  const max = Math.max(12, Math.round(MAX_LETTER * Math.min(width, height)));
  return (['top left', 'top right', 'bottom left', 'bottom right'] as const).filter((corner) => {
    const left = corner.endsWith('left') ? 0 : width - across;
    const top = corner.startsWith('top') ? 0 : height - down;
    const part = cut(grey, width, { left, top, width: across, height: down });
    return [1, -1].some((sign) => hasText(shapes(strokes(part, sign, max), max)));
  });
}

/** Text that a person reads on the whole image is as well read at this size. */
function shrunk(image: Image): Image {
  const [height, width] = dimensions(image);
  const factor = Math.floor(Math.max(width, height) / SIZE);
  if (factor < 2) return image;
  return resizePillow(image, Math.ceil(width / factor), Math.ceil(height / factor), 'box');
}

interface Part {
  width: number;
  height: number;
  data: Uint8Array;
}

function cut(
  grey: Uint8Array,
  stride: number,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Part {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * stride + left;
    data.set(grey.subarray(start, start + width), y * width);
  }
  return { width, height, data };
}

/** 1 where a pixel differs from the mean around it by the contrast, in the direction of `sign`. */
function strokes({ width, height, data }: Part, sign: number, radius: number): Part {
  const sums = integral(data, width, height);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [y0, y1] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    for (let x = 0; x < width; x++) {
      const [x0, x1] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      const sum =
        sums[y1 * (width + 1) + x1]! -
        sums[y0 * (width + 1) + x1]! -
        sums[y1 * (width + 1) + x0]! +
        sums[y0 * (width + 1) + x0]!;
      const mean = sum / ((y1 - y0) * (x1 - x0));
      if (sign * (data[y * width + x]! - mean) >= CONTRAST) out[y * width + x] = 1;
    }
  }
  return { width, height, data: out };
}

/** `[height + 1, width + 1]`: the sums of all that is above and to the left. */
function integral(data: Uint8Array, width: number, height: number): Float64Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x]!;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  }
  return sums;
}

interface Shape {
  left: number;
  right: number;
  top: number;
  bottom: number;
  area: number;
}

/** Connected strokes of the size and fullness of letters. */
function shapes({ width, height, data }: Part, max: number): Shape[] {
  const found: Shape[] = [];
  const stack = new Int32Array(width * height);
  for (let start = 0; start < data.length; start++) {
    if (data[start] !== 1) continue;
    const shape = fill(data, width, height, start, stack);
    const [w, h] = [shape.right - shape.left + 1, shape.bottom - shape.top + 1];
    const fits = h >= MIN_LETTER && h <= max && w <= 1.5 * h && shape.area >= 0.15 * w * h && shape.area >= h;
    if (fits && !(w > h / 2 && shape.area > 0.9 * w * h)) found.push(shape);
  }
  return found;
}

/** Takes a connected stroke out of `data`. Each pixel is on the stack once. */
function fill(data: Uint8Array, width: number, height: number, start: number, stack: Int32Array): Shape {
  const shape: Shape = { left: width, right: 0, top: height, bottom: 0, area: 0 };
  let count = 0;
  stack[count++] = start;
  data[start] = 0;
  while (count > 0) {
    const at = stack[--count]!;
    const y = Math.floor(at / width);
    const x = at - y * width;
    shape.area++;
    shape.left = Math.min(shape.left, x);
    shape.right = Math.max(shape.right, x);
    shape.top = Math.min(shape.top, y);
    shape.bottom = Math.max(shape.bottom, y);
    for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++) {
      for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
        if (data[j * width + i] !== 1) continue;
        data[j * width + i] = 0;
        stack[count++] = j * width + i;
      }
    }
  }
  return shape;
}

/** Whether some shapes stand in a line: of like heights and feet, no further apart than a letter is high. */
function hasText(letters: Shape[]): boolean {
  // Noise makes very many; text in a corner is some hundred letters at most.
  if (letters.length > 2000) return false;
  letters.sort((a, b) => a.left - b.left);
  const lengths = new Int32Array(letters.length).fill(1);
  for (const [i, letter] of letters.entries()) {
    for (let j = i - 1; j >= 0; j--) {
      if (!follows(letters[j]!, letter)) continue;
      lengths[i] = Math.max(lengths[i]!, lengths[j]! + 1);
      if (lengths[i]! >= LETTERS) return true;
    }
  }
  return false;
}

function follows(before: Shape, after: Shape): boolean {
  const [a, b] = [before.bottom - before.top + 1, after.bottom - after.top + 1];
  const height = Math.max(a, b);
  const gap = after.left - before.right;
  return (
    gap > 0 &&
    gap <= height &&
    Math.min(a, b) >= 0.6 * height &&
    Math.abs(before.bottom - after.bottom) <= Math.max(1, 0.15 * height)
  );
}
