import * as tfl from '@tensorflow/tfjs-layers';

type Symbolic = tfl.SymbolicTensor;

/**
 * The median of each pixel and its eight neighbours, the edge repeated: a pixel alone cannot differ from all around it, an edge stays.
 * Of stock layers: each column of three is sorted once, then the median of nine is that of the largest low, the middle
 * of the middle ones, and the smallest high (Paeth, 1990).
 */
export function medianFilter(x: Symbolic, name: string): Symbolic {
  const [height, width] = x.shape.slice(1, 3) as [number, number];
  const padded = repeatEdge(repeatEdge(x, 1, `${name}_pad_rows`), 2, `${name}_pad_columns`);
  const [above, here, below] = [0, 1, 2].map((row) => part(padded, 1, row, height, `${name}_row_${row}`));
  const [a, b] = sorted(above!, here!, `${name}_column_a`);
  const [low, c] = sorted(a, below!, `${name}_column_b`);
  const [middle, high] = sorted(b, c, `${name}_column_c`);
  const [lows, middles, highs] = Object.entries({ low, middle, high }).map(([level, plane]) =>
    [0, 1, 2].map((column) => part(plane, 2, column, width, `${name}_${level}_${column}`)),
  );
  return medianOfThree(
    maximum(lows!, `${name}_low`),
    medianOfThree(middles![0]!, middles![1]!, middles![2]!, `${name}_middle`),
    minimum(highs!, `${name}_high`),
    name,
  );
}

const maximum = (of: Symbolic[], name: string) => tfl.layers.maximum({ name }).apply(of) as Symbolic;
const minimum = (of: Symbolic[], name: string) => tfl.layers.minimum({ name }).apply(of) as Symbolic;

function sorted(a: Symbolic, b: Symbolic, name: string): [lower: Symbolic, higher: Symbolic] {
  return [minimum([a, b], `${name}_min`), maximum([a, b], `${name}_max`)];
}

function medianOfThree(a: Symbolic, b: Symbolic, c: Symbolic, name: string): Symbolic {
  const [lower, higher] = sorted(a, b, `${name}_pair`);
  return maximum([lower, minimum([higher, c], `${name}_upper`)], `${name}_median`);
}

/** `length` rows (axis 1) or columns (axis 2) from `start`. */
function part(x: Symbolic, axis: 1 | 2, start: number, length: number, name: string): Symbolic {
  const along: [number, number] = [start, x.shape[axis]! - start - length];
  const cropping: [[number, number], [number, number]] = axis === 1 ? [along, [0, 0]] : [[0, 0], along];
  return tfl.layers.cropping2D({ cropping, name }).apply(x) as Symbolic;
}

/** One row (axis 1) or column (axis 2) more at both ends. */
function repeatEdge(x: Symbolic, axis: 1 | 2, name: string): Symbolic {
  const first = part(x, axis, 0, 1, `${name}_first`);
  const last = part(x, axis, x.shape[axis]! - 1, 1, `${name}_last`);
  return tfl.layers.concatenate({ axis, name }).apply([first, x, last]) as Symbolic;
}
