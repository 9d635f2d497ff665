import { checkKernel, type KidOptions } from './kid.js';
import { forEachProducts, type Rows } from './pairwise.js';
import { drawRows, type Interval, intervalOf } from './resamples.js';

/** The interval of the KID of whole sets; see `bootstrap`. Memory is that of a block of rows and one number a resample and image. */
export function bootstrapKid(
  x: Rows,
  y: Rows,
  options: Pick<KidOptions, 'degree' | 'gamma' | 'coef0'> & { seed: number; resamples: number },
): Interval {
  const { seed, resamples } = options;
  const kernel = checkKernel(options, x.dims);
  // Weight set 0 is the whole set: each image once.
  const weights = [x, y].map(({ n }, set) => [
    new Float64Array(n).fill(1),
    ...Array.from({ length: resamples }, (_, i) => timesDrawn(n, drawRows(n, seed, i, set))),
  ]);
  const [wx, wy] = weights as [Float64Array[], Float64Array[]];
  const sums = (a: Rows, b: Rows, wa: Float64Array[], wb: Float64Array[]): Float64Array => {
    const out = new Float64Array(resamples + 1);
    const { degree, gamma, coef0 } = kernel;
    forEachProducts(a, b, (row, products) => {
      for (let j = 0; j < products.length; j++) products[j] = (products[j]! * gamma + coef0) ** degree;
      if (a === b) products[row] = 0;
      for (let r = 0; r <= resamples; r++) {
        const own = wa[r]![row]!;
        if (own > 0) out[r]! += own * dot(wb[r]!, products);
      }
    });
    return out;
  };
  const [xx, yy, xy] = [sums(x, x, wx, wx), sums(y, y, wy, wy), sums(x, y, wx, wy)];
  const values = Array.from(xx, (_, r) => {
    const within = xx[r]! / distinctPairs(wx[r]!) + yy[r]! / distinctPairs(wy[r]!);
    return within - (2 * xy[r]!) / (x.n * y.n);
  });
  return intervalOf(values[0]!, values.slice(1));
}

/** How often each of `n` rows was drawn. */
function timesDrawn(n: number, drawn: readonly number[]): Float64Array {
  const times = new Float64Array(n);
  for (const row of drawn) times[row]!++;
  // One image alone has no pair.
  if (drawn.every((row) => row === drawn[0])) times[(drawn[0]! + 1) % n] = 1;
  return times;
}

/** Ordered pairs of two different images: n² − Σ w². */
function distinctPairs(weights: Float64Array): number {
  let n = 0;
  let squares = 0;
  for (const weight of weights) {
    n += weight;
    squares += weight * weight;
  }
  return n * n - squares;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
