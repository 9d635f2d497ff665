import { clip, type Image, maximum, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';

/**
 * Multiplies by exp(Σ c Lᵢ(y) Lⱼ(x)), j ≤ i, with x and y from −1 at the first to 1 at the last pixel; integers are rounded.
 * Along a row the exponent is a polynomial, whose differences of one order above its degree are 0, so that within a stride the
 * next factor costs one product an order, and no exponential.
 */
export function multiplyByField(image: Image, coefficients: readonly number[], degree: number): Image {
  const source = raster(image);
  const { data, width, height, channels } = source;
  const out = samplesLike(data, data.length);
  const max = maximum(data);
  const bias = max === 1 ? 0 : 0.5;
  const columns = legendre(width + degree, width, degree);
  const rows = legendre(height, height, degree);
  const exponents = new Float64Array(width + degree);
  const stride = strideOf(width, degree);
  const factors = new Float64Array(degree + 1);
  for (let y = 0, i = 0; y < height; y++) {
    sumRow(exponents, coefficients, rows, columns, y, degree);
    for (let start = 0; start < width; start += stride) {
      factorsAt(factors, exponents, start, degree);
      const end = Math.min(width, start + stride);
      for (let x = start; x < end; x++) {
        const factor = factors[0]!;
        for (let c = 0; c < channels; c++, i++) out[i] = clip(data[i]! * factor + bias, max);
        for (let k = 0; k < degree; k++) factors[k]! *= factors[k + 1]!;
      }
    }
  }
  return toImage(out, source, channels);
}

/** Pixels between two exact values of the field; 1 in narrow images, where its differences are so large that they may overflow. */
function strideOf(width: number, degree: number): number {
  return width < 16 * degree ? 1 : 32;
}

/** The first `count` values, one after another, of each Legendre polynomial; the steps are those of `length` pixels from −1 to 1. */
function legendre(count: number, length: number, degree: number): Float64Array[] {
  // As NumPy's linspace, which has −1 for one pixel.
  const step = length > 1 ? 2 / (length - 1) : 0;
  const position = Float64Array.from({ length: count }, (_, i) => i * step - 1);
  const all = [new Float64Array(count).fill(1), position];
  for (let n = 2; n <= degree; n++) {
    all.push(position.map((x, i) => ((2 * n - 1) * x * all[n - 1]![i]! - (n - 1) * all[n - 2]![i]!) / n));
  }
  return all;
}

/** The exponents of row `y`. */
function sumRow(
  out: Float64Array,
  coefficients: readonly number[],
  rows: readonly Float64Array[],
  columns: readonly Float64Array[],
  y: number,
  degree: number,
): void {
  out.fill(0);
  for (let j = 0; j <= degree; j++) {
    let sum = 0;
    for (let i = j; i <= degree; i++) sum += coefficients[(i * (i + 1)) / 2 + j]! * rows[i]![y]!;
    const column = columns[j]!;
    for (let x = 0; x < out.length; x++) out[x]! += sum * column[x]!;
  }
}

/** The exponentials of the differences of each order at `start`. */
function factorsAt(factors: Float64Array, exponents: Float64Array, start: number, degree: number): void {
  for (let k = 0; k <= degree; k++) factors[k] = exponents[start + k]!;
  for (let order = 1; order <= degree; order++) {
    for (let k = degree; k >= order; k--) factors[k]! -= factors[k - 1]!;
  }
  for (let k = 0; k <= degree; k++) factors[k] = Math.exp(factors[k]!);
}
