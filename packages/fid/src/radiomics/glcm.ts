import { DIRECTIONS, entropyTerm, type Levels } from './levels.js';

/** PyRadiomics' features of the grey level co-occurrence matrix at distance 1, symmetric, the mean over four directions; those that the FRD uses. */
export function glcm(levels: Levels): Record<string, number> {
  const each = DIRECTIONS.map((direction) => matrixOf(levels, direction))
    .filter((matrix) => matrix !== undefined)
    .map((matrix) => featuresOf(matrix, levels.count));
  return meanOfAll(each);
}

/** The mean of each feature over the directions. */
export function meanOfAll(each: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(each[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, each.reduce((sum, one) => sum + one[name]!, 0) / each.length]),
  );
}

/** Shares of pairs of neighbours, `[count, count]`; undefined where the image has no such pair. */
function matrixOf(
  { data, height, width, count }: Levels,
  [down, right]: readonly [number, number],
): Float64Array | undefined {
  const matrix = new Float64Array(count * count);
  let pairs = 0;
  for (let y = 0; y + down < height; y++) {
    for (let x = Math.max(0, -right); x < width - Math.max(0, right); x++) {
      const [a, b] = [data[y * width + x]! - 1, data[(y + down) * width + x + right]! - 1];
      matrix[a * count + b]!++;
      matrix[b * count + a]!++;
      pairs += 2;
    }
  }
  return pairs === 0 ? undefined : matrix.map((value) => value / pairs);
}

function featuresOf(matrix: Float64Array, count: number): Record<string, number> {
  const marginal = new Float64Array(count);
  const differences = new Float64Array(count);
  const sums = new Float64Array(2 * count);
  forEach(matrix, count, (i, j, p) => {
    marginal[i - 1]! += p;
    differences[Math.abs(i - j)]! += p;
    sums[i + j - 1]! += p;
  });
  // The matrix is symmetric: both means and both variances are the same.
  const mean = marginal.reduce((sum, p, i) => sum + (i + 1) * p, 0);
  const variance = marginal.reduce((sum, p, i) => sum + (i + 1 - mean) ** 2 * p, 0);
  const over = (of: (i: number, j: number, p: number) => number): number => {
    let sum = 0;
    forEach(matrix, count, (i, j, p) => {
      sum += of(i, j, p);
    });
    return sum;
  };
  const cluster = (power: number): number => over((i, j, p) => (i + j - 2 * mean) ** power * p);
  const autocorrelation = over((i, j, p) => i * j * p);
  const differenceAverage = differences.reduce((sum, p, k) => sum + k * p, 0);
  const byDifference = (of: (k: number) => number): number =>
    differences.reduce((sum, p, k) => sum + p * of(k), 0);
  const entropy = (shares: Float64Array): number => shares.reduce((sum, p) => sum + entropyTerm(p), 0);
  const jointEntropy = entropy(matrix);
  return {
    Autocorrelation: autocorrelation,
    JointAverage: mean,
    ClusterProminence: cluster(4),
    ClusterShade: cluster(3),
    ClusterTendency: cluster(2),
    Contrast: byDifference((k) => k * k),
    Correlation: variance === 0 ? 1 : (autocorrelation - mean * mean) / (variance + Number.EPSILON),
    DifferenceAverage: differenceAverage,
    DifferenceEntropy: entropy(differences),
    DifferenceVariance: byDifference((k) => (k - differenceAverage) ** 2),
    JointEnergy: over((_, __, p) => p * p),
    JointEntropy: jointEntropy,
    ...informationMeasures(matrix, marginal, jointEntropy, entropy(marginal)),
    Idm: byDifference((k) => 1 / (1 + k * k)),
    Idmn: byDifference((k) => 1 / (1 + (k / count) ** 2)),
    Id: byDifference((k) => 1 / (1 + k)),
    Idn: byDifference((k) => 1 / (1 + k / count)),
    InverseVariance: byDifference((k) => (k === 0 ? 0 : 1 / (k * k))),
    MaximumProbability: matrix.reduce((max, p) => Math.max(max, p), 0),
    SumEntropy: entropy(sums),
    SumSquares: variance,
  };
}

/** Both informational measures of correlation. */
function informationMeasures(
  matrix: Float64Array,
  marginal: Float64Array,
  joint: number,
  own: number,
): Record<'Imc1' | 'Imc2', number> {
  const count = marginal.length;
  let [crossed, independent] = [0, 0];
  forEach(matrix, count, (i, j, p) => {
    const product = marginal[i - 1]! * marginal[j - 1]!;
    crossed -= p * Math.log2(product + Number.EPSILON);
    independent += entropyTerm(product);
  });
  return {
    Imc1: own === 0 ? 0 : (joint - crossed) / own,
    Imc2: Math.sqrt(Math.max(0, 1 - Math.exp(-2 * (independent - joint)))),
  };
}

function forEach(matrix: Float64Array, count: number, use: (i: number, j: number, p: number) => void): void {
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) use(i + 1, j + 1, matrix[i * count + j]!);
}
