import { meanOfAll } from './glcm.js';
import { DIRECTIONS, entropyTerm, type Levels } from './levels.js';

/** How many runs or zones there are of each level and each length or area. */
type Counts = Map<number, Map<number, number>>;

/** PyRadiomics' features of runs of equal level, the mean over four directions. */
export function glrlm(levels: Levels): Record<string, number> {
  const names = { size: 'Run', short: 'ShortRun', long: 'LongRun', count: 'RunLength' };
  return meanOfAll(DIRECTIONS.map((direction) => featuresOf(runsOf(levels, direction), names)));
}

/** PyRadiomics' features of zones: connected areas of equal level, diagonals included. */
export function glszm(levels: Levels): Record<string, number> {
  const names = { size: 'Zone', short: 'SmallArea', long: 'LargeArea', count: 'SizeZone' };
  return featuresOf(zonesOf(levels), names);
}

function runsOf({ data, height, width }: Levels, [down, right]: readonly [number, number]): Counts {
  const counts: Counts = new Map();
  const inside = (y: number, x: number): boolean => y >= 0 && y < height && x >= 0 && x < width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x]!;
      const same = (row: number, column: number): boolean =>
        inside(row, column) && data[row * width + column] === level;
      if (same(y - down, x - right)) continue;
      let length = 1;
      while (same(y + length * down, x + length * right)) length++;
      add(counts, level, length);
    }
  }
  return counts;
}

function zonesOf({ data, height, width }: Levels): Counts {
  const counts: Counts = new Map();
  const seen = new Uint8Array(data.length);
  for (let start = 0; start < data.length; start++) {
    if (seen[start]) continue;
    const level = data[start]!;
    const waiting = [start];
    seen[start] = 1;
    let area = 0;
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      area++;
      const [y, x] = [Math.floor(at / width), at % width];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (seen[next] || data[next] !== level) continue;
          seen[next] = 1;
          waiting.push(next);
        }
      }
    }
    add(counts, level, area);
  }
  return counts;
}

function add(counts: Counts, level: number, size: number): void {
  const own = counts.get(level) ?? new Map<number, number>();
  own.set(size, (own.get(size) ?? 0) + 1);
  counts.set(level, own);
}

interface Names {
  size: string;
  short: string;
  long: string;
  count: string;
}

function featuresOf(counts: Counts, names: Names): Record<string, number> {
  const cells = [...counts].flatMap(([i, sizes]) => [...sizes].map(([j, number]) => ({ i, j, number })));
  const total = cells.reduce((sum, { number }) => sum + number, 0);
  const mean = (of: (i: number, j: number) => number): number =>
    cells.reduce((sum, { i, j, number }) => sum + number * of(i, j), 0) / total;
  const squares = (key: 'i' | 'j'): number => {
    const sums = new Map<number, number>();
    for (const cell of cells) sums.set(cell[key], (sums.get(cell[key]) ?? 0) + cell.number);
    return [...sums.values()].reduce((sum, value) => sum + value * value, 0);
  };
  const [meanLevel, meanSize] = [mean((i) => i), mean((_, j) => j)];
  const { size, short, long, count } = names;
  return {
    [`${short}Emphasis`]: mean((_, j) => 1 / j ** 2),
    [`${long}Emphasis`]: mean((_, j) => j ** 2),
    GrayLevelNonUniformity: squares('i') / total,
    GrayLevelNonUniformityNormalized: squares('i') / total ** 2,
    [`${count}NonUniformity`]: squares('j') / total,
    [`${count}NonUniformityNormalized`]: squares('j') / total ** 2,
    [`${size}Percentage`]: 1 / meanSize,
    GrayLevelVariance: mean((i) => (i - meanLevel) ** 2),
    [`${size}Variance`]: mean((_, j) => (j - meanSize) ** 2),
    [`${size}Entropy`]: cells.reduce((sum, { number }) => sum + entropyTerm(number / total), 0),
    [`LowGrayLevel${size}Emphasis`]: mean((i) => 1 / i ** 2),
    [`HighGrayLevel${size}Emphasis`]: mean((i) => i ** 2),
    [`${short}LowGrayLevelEmphasis`]: mean((i, j) => 1 / (i * j) ** 2),
    [`${short}HighGrayLevelEmphasis`]: mean((i, j) => (i / j) ** 2),
    [`${long}LowGrayLevelEmphasis`]: mean((i, j) => (j / i) ** 2),
    [`${long}HighGrayLevelEmphasis`]: mean((i, j) => (i * j) ** 2),
  };
}
