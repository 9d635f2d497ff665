import type { Levels } from './levels.js';

/** Of each level that occurs: its share p of the pixels, and the sum s of its differences from its neighbours' means. */
interface Level {
  i: number;
  p: number;
  s: number;
}

/** PyRadiomics' features of the neighbouring grey tone difference matrix at distance 1. */
export function ngtdm(levels: Levels): Record<string, number> {
  const all = levelsOf(levels);
  const pixels = levels.data.length;
  const sum = (of: (a: Level) => number): number => all.reduce((total, a) => total + of(a), 0);
  const pairs = (of: (a: Level, b: Level) => number): number => sum((a) => sum((b) => of(a, b)));
  const coarse = sum(({ p, s }) => p * s);
  const differences = sum(({ s }) => s);
  const spread = pairs((a, b) => a.p * b.p * (a.i - b.i) ** 2);
  const busy = pairs((a, b) => Math.abs(a.i * a.p - b.i * b.p));
  const n = all.length;
  return {
    Coarseness: coarse === 0 ? 1e6 : 1 / coarse,
    Contrast: n === 1 ? 0 : ((spread / (n * (n - 1))) * differences) / pixels,
    Busyness: busy === 0 ? 0 : coarse / busy,
    Complexity: pairs((a, b) => (Math.abs(a.i - b.i) * (a.p * a.s + b.p * b.s)) / (a.p + b.p)) / pixels,
    Strength: differences === 0 ? 0 : pairs((a, b) => (a.p + b.p) * (a.i - b.i) ** 2) / differences,
  };
}

function levelsOf({ data, height, width, count }: Levels): Level[] {
  const all = Array.from({ length: count }, (_, i): Level => ({ i: i + 1, p: 0, s: 0 }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x]!;
      let [sum, n] = [-level, -1];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          sum += data[row * width + column]!;
          n++;
        }
      }
      const own = all[level - 1]!;
      own.p += 1 / data.length;
      if (n > 0) own.s += Math.abs(level - sum / n);
    }
  }
  return all.filter(({ p }) => p > 0);
}
