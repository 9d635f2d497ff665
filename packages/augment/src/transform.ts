import type { Rng } from '@cxr/image';
import type { Image, Size } from './image.js';
import { checkNumber } from './options.js';

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A box in pixels from the image's top left corner: `[left, top, right, bottom]`. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/**
 * One way to change an image, its parameters sampled apart from applied. Parameters are plain JSON and do not depend on
 * the image's size (positions are fractions), so the same ones fit a mask of another size. `null` means: not applied.
 * Nothing here writes into what it is given; an image that stays as it is may be returned itself.
 */
export interface Transform<P extends Json = Json> {
  readonly name: string;
  /** Draws the parameters; null with probability 1 − p. */
  sample(rng: Rng): P | null;
  /** The changed image, of the same type. */
  apply(image: Image, params: P | null): Image;
  /** A mask of classes moved as the image is: nearest neighbour, never mixed, never recoloured. */
  applyToMask(mask: Image, params: P | null): Image;
  /** Boxes of an image of this size moved as the image is, cut at its border; null for one that is outside now. */
  applyToBoxes(boxes: readonly (Box | null)[], params: P | null, size: Size): (Box | null)[];
  /** The size of the result for an image of this size. */
  outputSize(size: Size, params: P | null): Size;
}

/** An option of every transform. */
export interface TransformOptions {
  /** Probability to be applied, 0..1. @default 1 */
  p?: number;
}

/** What a transform that recolours pixels in place must bring. */
interface Photometric<P extends Json> {
  name: string;
  p: number | undefined;
  sample(rng: Rng): P;
  apply(image: Image, params: P): Image;
}

/** A transform that recolours: masks and boxes stay. */
export function photometric<P extends Json>(of: Photometric<P>): Transform<P> {
  return {
    name: of.name,
    sample: withProbability(of.p, of.sample),
    apply: (image, params) => (params === null ? image : of.apply(image, params)),
    applyToMask: (mask) => mask,
    applyToBoxes: (boxes) => [...boxes],
    outputSize: (size) => size,
  };
}

/** What a transform that moves pixels must bring. */
interface Geometric<P extends Json> {
  name: string;
  p: number | undefined;
  sample(rng: Rng): P;
  /** Moves an image, or a mask. */
  move(image: Image, params: P, isMask: boolean): Image;
  /** Where a point of the image comes to lie, in pixels. */
  point(x: number, y: number, params: P, size: Size): readonly [number, number];
  outputSize?(size: Size, params: P): Size;
}

/** A transform that moves pixels: masks and boxes move too. */
export function geometric<P extends Json>(of: Geometric<P>): Transform<P> {
  const outputSize = (size: Size, params: P | null) =>
    params === null || !of.outputSize ? size : of.outputSize(size, params);
  return {
    name: of.name,
    sample: withProbability(of.p, of.sample),
    apply: (image, params) => (params === null ? image : of.move(image, params, false)),
    applyToMask: (mask, params) => (params === null ? mask : of.move(mask, params, true)),
    applyToBoxes(boxes, params, size) {
      if (params === null) return [...boxes];
      const within = outputSize(size, params);
      return boxes.map((box) => box && moveBox(box, (x, y) => of.point(x, y, params, size), within));
    },
    outputSize,
  };
}

/** `sample`, but null with probability 1 − p. */
export function withProbability<P>(p: number | undefined, sample: (rng: Rng) => P): (rng: Rng) => P | null {
  const probability = checkNumber('p', p ?? 1, 0, 1);
  return (rng) => (probability < 1 && rng.uniform() >= probability ? null : sample(rng));
}

/** The box around the moved corners and edge middles (an elastic warp bends edges), cut at the image's border. */
function moveBox(
  [left, top, right, bottom]: Box,
  point: (x: number, y: number) => readonly [number, number],
  size: Size,
): Box | null {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const x of [left, (left + right) / 2, right]) {
    for (const y of [top, (top + bottom) / 2, bottom]) {
      const [u, v] = point(x, y);
      xs.push(u);
      ys.push(v);
    }
  }
  const moved: Box = [
    Math.max(0, Math.min(...xs)),
    Math.max(0, Math.min(...ys)),
    Math.min(size.width, Math.max(...xs)),
    Math.min(size.height, Math.max(...ys)),
  ];
  return moved[0] < moved[2] && moved[1] < moved[3] ? moved : null;
}

/** The parameters of a transform that draws nothing but whether it is applied. */
export type NoParams = Readonly<Record<string, never>>;
