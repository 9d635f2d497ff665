import { createRng, type Rng } from '@cxr/image';
import { type Box, boxAround, cutBox, OUTLINE_PARTS, outlineOf, type Point } from './boxes.js';
import { checkImage } from './check-image.js';
import { checkParams, type Limits } from './check-params.js';
import type { Image, Size } from './image.js';
import type { Json } from './json.js';
import { type MaskKind, moveChannels } from './masks.js';
import { checkNumber } from './options.js';
import type { Window } from './pixels/window.js';
import { checkFill, type Sampling, type Samplings } from './warp/sampling.js';

/**
 * One way to change an image. Drawing the parameters and applying them are separate steps. Parameters are plain JSON and do not
 * depend on the image's size (positions are fractions); `null` means that it is not applied. No function writes to its
 * arguments; an image that does not change may be returned itself.
 */
export interface Transform<P extends Json = Json> {
  readonly name: string;
  /** Draws the parameters; null with probability 1 − p. */
  sample(rng: Rng): P | null;
  /**
   * The changed image, of the same type.
   * @throws RangeError for a float sample outside 0..1, or NaN, and for parameters that it does not draw.
   */
  apply(image: Image, params: P | null): Image;
  /**
   * A mask of the image's size and of any number of channels, moved like the image, never recoloured. `augment` refuses a mask
   * of another size, since options in pixels and rounding to whole pixels would misalign it.
   * @param kind `'classes'`: by nearest neighbour, never mixed, with `maskFill` outside; `'soft'`: bilinear, with 0 outside.
   * @default 'classes'
   */
  applyToMask(mask: Image, params: P | null, kind?: MaskKind): Image;
  /** Boxes of an image of this size, moved like the image and cut at its border; null for one that is now outside. */
  applyToBoxes(boxes: readonly (Box | null)[], params: P | null, size: Size): (Box | null)[];
  /** Points of an image of this size, moved like the image; they may now be outside it. */
  applyToPoints(points: readonly (Point | null)[], params: P | null, size: Size): (Point | null)[];
  /** Where points of the result were in the image, which was of this size: the inverse of `applyToPoints`. */
  invertPoints(points: readonly (Point | null)[], params: P | null, size: Size): (Point | null)[];
  /** The size of the result for an image of this size. */
  outputSize(size: Size, params: P | null): Size;
}

/** The option that every transform has. */
export interface TransformOptions {
  /** Probability that it is applied, 0..1. @default 1 */
  p?: number | undefined;
}

/** Where points move to, and where they come from. */
export interface PointMap {
  /** Where a point of the image is in the result. */
  forward(x: number, y: number): Point;
  /** Where a point of the result is in the image. */
  back(x: number, y: number): Point;
}

/** What makes a transform that recolours. */
interface Photometric<P extends Json> {
  name: string;
  p: number | undefined;
  limits: Limits<P>;
  sample(rng: Rng): P;
  apply(image: Image, params: P): Image;
}

/** Makes a transform that recolours: masks and boxes stay as they are. */
export function photometric<P extends Json>(spec: Photometric<P>): Transform<P> {
  const check = paramsChecker(spec);
  return {
    name: spec.name,
    sample: withProbability(spec.p, spec.sample),
    apply(image, params) {
      checkImage(image);
      check(params);
      return params === null ? image : spec.apply(image, params);
    },
    applyToMask: (mask) => mask,
    applyToBoxes: (boxes) => [...boxes],
    applyToPoints: (points) => [...points],
    invertPoints: (points) => [...points],
    outputSize: (size) => size,
  };
}

/** What makes a transform that moves pixels. */
interface Geometric<P extends Json> {
  name: string;
  p: number | undefined;
  /** How the image, and how a mask, is sampled. */
  sampling: Samplings;
  /** Whether straight lines may become curved. @default false */
  bends?: boolean | undefined;
  limits: Limits<P>;
  sample(rng: Rng): P;
  /** Moves an image, or a mask. */
  move(image: Image, params: P, sampling: Sampling): Image;
  /** Where points of an image of this size move to, and where they come from. */
  points(params: P, size: Size): PointMap;
  outputSize?(size: Size, params: P): Size;
}

/** Makes a transform that moves pixels: masks and boxes move too. */
export function geometric<P extends Json>(spec: Geometric<P>): Transform<P> {
  const { sampling, bends = false } = spec;
  const { fill } = sampling.mask;
  const soft: Sampling = { interpolation: 'bilinear', fill: typeof fill === 'string' ? fill : 0 };
  const check = paramsChecker(spec);
  const outputSize = (size: Size, params: P | null) =>
    params === null || !spec.outputSize ? size : spec.outputSize(size, params);
  return {
    name: spec.name,
    sample: withProbability(spec.p, spec.sample),
    apply(image, params) {
      checkImage(image);
      checkFill('fill', sampling.image.fill, image);
      check(params);
      return params === null ? image : spec.move(image, params, sampling.image);
    },
    applyToMask(mask, params, kind = 'classes') {
      const how = kind === 'soft' ? soft : sampling.mask;
      checkFill('maskFill', how.fill, mask);
      check(params);
      return params === null ? mask : moveChannels(mask, (plane) => spec.move(plane, params, how));
    },
    applyToBoxes(boxes, params, size) {
      check(params);
      if (params === null) return [...boxes];
      const within = outputSize(size, params);
      const { forward } = spec.points(params, size);
      return boxes.map((box) => box && moveBox(box, forward, within, bends));
    },
    applyToPoints(points, params, size) {
      check(params);
      return params === null ? [...points] : movePoints(points, spec.points(params, size).forward);
    },
    invertPoints(points, params, size) {
      check(params);
      return params === null ? [...points] : movePoints(points, spec.points(params, size).back);
    },
    outputSize,
  };
}

function movePoints(points: readonly (Point | null)[], move: PointMap['forward']): (Point | null)[] {
  return points.map((point) => point && move(...point));
}

/** Moves points by this many pixels. */
export function shiftedPoints(dx: number, dy: number): PointMap {
  return { forward: (x, y) => [x + dx, y + dy], back: (x, y) => [x - dx, y - dy] };
}

/** Moves points as a window of the image is resized to `size`. */
export function scaledPoints({ left, top, width, height }: Window, size: Size): PointMap {
  return {
    forward: (x, y) => [((x - left) * size.width) / width, ((y - top) * size.height) / height],
    back: (x, y) => [(x * width) / size.width + left, (y * height) / size.height + top],
  };
}

/** Checks parameters against their limits and some drawn once: those of one transform all have the same form. */
function paramsChecker<P extends Json>({
  name,
  limits,
  sample,
}: Pick<Photometric<P>, 'name' | 'limits' | 'sample'>) {
  let drawn: P | undefined;
  return (params: P | null): void => {
    if (params === null) return;
    drawn ??= sample(createRng(0));
    checkParams(name, params, drawn, limits);
  };
}

/** `sample`, but null with probability 1 − p. */
export function withProbability<P>(p: number | undefined, sample: (rng: Rng) => P): (rng: Rng) => P | null {
  const probability = checkNumber('p', p ?? 1, 0, 1);
  return (rng) => (probability < 1 && rng.uniform() >= probability ? null : sample(rng));
}

/** The box around the moved outline, cut at the image's border; null if nothing of it is left. */
function moveBox(box: Box, point: PointMap['forward'], size: Size, bends: boolean): Box | null {
  const parts = bends ? OUTLINE_PARTS : 1;
  return cutBox(boxAround(outlineOf(box, parts).map(([x, y]) => point(x, y))), size);
}

/** The parameters of a transform that only draws whether it is applied. */
export type NoParams = Readonly<Record<string, never>>;
