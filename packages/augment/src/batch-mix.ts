import { type BatchLike, describeValue, type Rng } from '@cxr/image';
import { checkParams, type Limits } from './check-params.js';
import type { Pixels } from './image.js';
import type { Json } from './json.js';
import { checkNumber, checkOptions } from './options.js';

/** Mixes each image of a batch with the one before it (the first with the last), and their labels alike. */
export interface BatchMix<P extends Json = Json> {
  readonly name: string;
  /** Draws the parameters of one batch. */
  sample(rng: Rng): P;
  /** The mixed batch, `[n, height, width, channels]`, of the same type; integers are rounded. The argument is not written to. */
  apply<T extends Pixels>(batch: BatchLike<T>, params: P): BatchLike<T>;
  /**
   * The mixed labels of this batch: a row of probabilities for each image, `[n][classes]`, one-hot before.
   * @throws RangeError unless there is one row for each image.
   */
  applyToLabels(
    labels: readonly ArrayLike<number>[],
    params: P,
    batch: Pick<BatchLike, 'shape'>,
  ): Float32Array[];
}

/** Options of `mixUp` and `cutMix`. */
export interface MixOptions {
  /** Both parameters of the Beta distribution of an image's own share, 0.01..1000: 1 is even, less is nearer to 0 and 1. @default 1 */
  alpha?: number | undefined;
}

/** What `mixUp` draws: the share of an image's own values, 0..1. */
export type MixUpParams = { readonly share: number };

/** What `cutMix` draws: the share of an image's own area before it is cut at the border, and the middle of the piece, all 0..1. */
export type CutMixParams = { readonly share: number; readonly x: number; readonly y: number };

const SHARE = { share: [0, 1] } as const;

/** Averages images and labels (Zhang et al. 2018): torchvision's `v2.MixUp`. */
export function mixUp(options: MixOptions = {}): BatchMix<MixUpParams> {
  const alpha = alphaOf('mixUp', options);
  return batchMix<MixUpParams>({
    name: 'mixUp',
    limits: SHARE,
    sample: (rng) => ({ share: drawBeta(rng, alpha) }),
    share: (params) => params.share,
    apply: (data, shape, { share }) => averaged(data, shape, share),
  });
}

/**
 * Puts a rectangle of another image in (Yun et al. 2019): torchvision's `v2.CutMix`. Labels are mixed by area. On an X-ray the piece
 * may hide the finding, or bring one whose label then counts for little: compare with `mixUp`.
 */
export function cutMix(options: MixOptions = {}): BatchMix<CutMixParams> {
  const alpha = alphaOf('cutMix', options);
  return batchMix<CutMixParams>({
    name: 'cutMix',
    limits: { ...SHARE, x: [0, 1], y: [0, 1] },
    sample: (rng) => ({ share: drawBeta(rng, alpha), x: rng.uniform(), y: rng.uniform() }),
    share(params, [, height, width]) {
      const { left, top, right, bottom } = piece(params, height, width);
      return 1 - ((right - left) * (bottom - top)) / (width * height);
    },
    apply: pasted,
  });
}

type Shape = readonly [n: number, height: number, width: number, channels: number];

function batchMix<P extends Json>(spec: {
  name: string;
  limits: Limits<P>;
  sample(rng: Rng): P;
  share(params: P, shape: Shape): number;
  apply<T extends Pixels>(data: T, shape: Shape, params: P): T;
}): BatchMix<P> {
  const { name, limits, sample } = spec;
  const example = sample({ uniform: () => 0.5 } as Rng);
  return {
    name,
    sample,
    apply(batch, params) {
      const shape = checkShape(name, batch);
      if (batch.data?.length !== shape.reduce((product, length) => product * length)) {
        throw new RangeError(`${name}: ${batch.data?.length} samples for a batch of [${shape}]`);
      }
      checkParams(name, params, example, limits);
      return { ...batch, data: spec.apply(batch.data, shape, params) };
    },
    applyToLabels(labels, params, batch) {
      const shape = checkShape(name, batch);
      checkParams(name, params, example, limits);
      if (!Array.isArray(labels) || labels.length !== shape[0]) {
        throw new RangeError(`${name}: labels must be ${shape[0]} rows, one for each image`);
      }
      const share = spec.share(params, shape);
      return labels.map((row: ArrayLike<number>, i) => {
        const other = labels.at(i - 1) as ArrayLike<number>;
        if (other.length !== row.length) {
          const before = (i + labels.length - 1) % labels.length;
          throw new RangeError(
            `${name}: label ${i} has ${row.length} classes, label ${before} has ${other.length}`,
          );
        }
        return Float32Array.from(row, (value, k) => value * share + other[k]! * (1 - share));
      });
    },
  };
}

function alphaOf(name: string, options: MixOptions): number {
  checkOptions<MixOptions>(name, options, { alpha: true });
  return checkNumber('alpha', options.alpha ?? 1, 0.01, 1000);
}

function checkShape(name: string, batch: Pick<BatchLike, 'shape'>): Shape {
  const shape = batch?.shape;
  const valid =
    Array.isArray(shape) && shape.length === 4 && shape.every((n) => Number.isInteger(n) && n > 0);
  if (!valid) {
    const got = Array.isArray(shape) ? `shape [${shape}]` : describeValue(batch);
    throw new TypeError(`${name} takes a batch [n, height, width, channels], not ${got}`);
  }
  return shape as readonly number[] as Shape;
}

function averaged<T extends Pixels>(data: T, [n]: Shape, share: number): T {
  const out = data.slice() as T;
  const length = data.length / n;
  const bias = data instanceof Float32Array ? 0 : 0.5;
  for (let i = 0; i < data.length; i++) {
    // The first image's neighbour is the last one.
    const other = data[i < length ? i + data.length - length : i - length]!;
    out[i] = data[i]! * share + other * (1 - share) + bias;
  }
  return out;
}

function pasted<T extends Pixels>(data: T, [n, height, width, channels]: Shape, params: CutMixParams): T {
  const out = data.slice() as T;
  const { left, top, right, bottom } = piece(params, height, width);
  const length = data.length / n;
  for (let image = 0; image < n; image++) {
    const from = ((image + n - 1) % n) * length;
    for (let y = top; y < bottom; y++) {
      const start = (y * width + left) * channels;
      const end = (y * width + right) * channels;
      out.set(data.subarray(from + start, from + end), image * length + start);
    }
  }
  return out;
}

/** The rectangle, in pixels, cut at the border. */
function piece({ share, x, y }: CutMixParams, height: number, width: number) {
  const half = 0.5 * Math.sqrt(1 - share);
  const [w, h] = [Math.trunc(half * width), Math.trunc(half * height)];
  const [cx, cy] = [Math.min(width - 1, Math.floor(x * width)), Math.min(height - 1, Math.floor(y * height))];
  return {
    left: Math.max(0, cx - w),
    top: Math.max(0, cy - h),
    right: Math.min(width, cx + w),
    bottom: Math.min(height, cy + h),
  };
}

/** Beta(alpha, alpha): above 1/2 by Devroye's formula (Non-Uniform Random Variate Generation, 1986, IX.3.6), below by Jöhnk's rejection. */
function drawBeta(rng: Rng, alpha: number): number {
  if (alpha > 0.5) {
    const radius = Math.sqrt(1 - (1 - rng.uniform()) ** (2 / (2 * alpha - 1)));
    return 0.5 + 0.5 * radius * Math.cos(2 * Math.PI * rng.uniform());
  }
  for (;;) {
    // In logarithms, since powers of 1 / alpha vanish.
    const a = Math.log(1 - rng.uniform()) / alpha;
    const b = Math.log(1 - rng.uniform()) / alpha;
    if (Math.exp(a) + Math.exp(b) > 1) continue;
    return 1 / (1 + Math.exp(b - a));
  }
}
