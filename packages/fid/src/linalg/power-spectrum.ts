import { type Pointer, rowMajor, transposed, Workspace } from './workspace.js';

/**
 * A function that gives |F(u, v)|² of an image `[size, size]`, row-major: at 0 ≤ u < size down and 0 ≤ v ≤ size / 2 across,
 * `[size, ⌊size / 2⌋ + 1]`; the other half mirrors this one. It is not scaled: NumPy's `abs(fft.rfft2(image)) ** 2`. By matrix
 * products with tables of cosines and sines, so that any size will do: 3 · size³ multiplications an image.
 */
export function powerSpectrum(size: number): (image: Float64Array) => Float64Array {
  const columns = (size >> 1) + 1;
  const count = size * columns;
  const space = new Workspace();
  const table = (wave: (angle: number) => number): Pointer =>
    space.put(
      Float64Array.from({ length: size * size }, (_, i) =>
        // Less than one turn: large angles would lose digits.
        wave((2 * Math.PI * ((Math.floor(i / size) * (i % size)) % size)) / size),
      ),
    );
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const input = space.allocate(8 * size * size);
  const [rowCos, rowSin, re, im] = [0, 0, 0, 0].map(() => space.allocate(8 * count)) as [
    number,
    number,
    number,
    number,
  ];
  const dims = [size, columns, size] as const;
  const across = (wave: Pointer, to: Pointer) =>
    space.multiply(dims, rowMajor(input, size), rowMajor(wave, size), to);
  const down = (wave: Pointer, from: Pointer, to: Pointer, scale = 1) =>
    space.multiply(dims, rowMajor(wave, size), transposed(from, columns), to, { scale });
  return (image) => {
    space.floats(input, size * size).set(image);
    for (const pointer of [rowCos, rowSin, re, im]) space.floats(pointer, count).fill(0);
    across(cos, rowCos);
    across(sin, rowSin);
    // (cos − i sin)(rowCos − i rowSin), summed down the columns.
    down(cos, rowCos, re);
    down(sin, rowSin, re, -1);
    down(sin, rowCos, im);
    down(cos, rowSin, im);
    const imaginary = space.floats(im, count);
    return space.floats(re, count).map((value, i) => value * value + imaginary[i]! ** 2);
  };
}
