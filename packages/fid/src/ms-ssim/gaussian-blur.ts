/** One channel of an image, row-major. */
export interface Plane {
  data: Float64Array;
  height: number;
  width: number;
}

/** A Gaussian window of `size` taps, sum 1. */
export function gaussianWindow(size: number, sigma: number): Float64Array {
  const window = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)),
  );
  const sum = window.reduce((a, b) => a + b, 0);
  return window.map((value) => value / sum);
}

/** The plane filtered by the window along both axes, only where the window lies inside: each side is shorter by the window's length − 1. */
export function blur({ data, height, width }: Plane, window: Float64Array): Float64Array {
  const taps = window.length;
  const [outWidth, outHeight] = [width - taps + 1, height - taps + 1];
  const rows = new Float64Array(height * outWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += window[k]! * data[y * width + x + k]!;
      rows[y * outWidth + x] = sum;
    }
  }
  const out = new Float64Array(outHeight * outWidth);
  for (let k = 0; k < taps; k++) {
    const weight = window[k]!;
    const from = k * outWidth;
    for (let i = 0; i < out.length; i++) out[i]! += weight * rows[from + i]!;
  }
  return out;
}

/** Half as high and wide: means of 2 × 2 samples. A last odd row or column is left out. */
export function halve({ data, height, width }: Plane): Plane {
  const half = { height: height >> 1, width: width >> 1 };
  const out = new Float64Array(half.height * half.width);
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const at = 2 * y * width + 2 * x;
      out[y * half.width + x] = (data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!) / 4;
    }
  }
  return { data: out, ...half };
}
