import { forEachDistances, kthSmallest, type Rows } from './pairwise.js';
import { type Prdc, prdcOfRows } from './prdc.js';
import { drawHalf, type Interval, intervalOf } from './resamples.js';

/** Intervals of precision to coverage by random halves of both sets; see `bootstrap`. Distances are computed once for all. */
export function bootstrapPrdc(
  real: Rows,
  fake: Rows,
  { k, seed, resamples }: { k: number; seed: number; resamples: number },
): Record<keyof Prdc, Interval> {
  for (const { n } of [real, fake])
    if (n < 2 * k + 2) throw new RangeError(`halves need more than ${k} images each: ${n} in all`);
  const whole = prdcOfRows(real, fake, k);
  const halves = Array.from({ length: resamples }, (_, i): Half => {
    const [a, b] = [real, fake].map(({ n }, set) => drawHalf(n, seed, i, set)) as [number[], number[]];
    return { real: members(real.n, a), fake: members(fake.n, b), columns: b };
  });
  const realRadii = radiiOfHalves(
    real,
    k,
    halves.map((half) => half.real),
  );
  const fakeRadii = radiiOfHalves(
    fake,
    k,
    halves.map((half) => half.fake),
  );
  const inside = halves.map(() => new Int32Array(fake.n));
  const recalled = new Float64Array(resamples);
  const covered = new Float64Array(resamples);
  forEachDistances(real, fake, (row, distances) => {
    halves.forEach((half, r) => {
      if (half.real[row] === 0) return;
      const [radius, reach, counts] = [realRadii[r]![row]!, fakeRadii[r]!, inside[r]!];
      let [reached, near] = [false, false];
      for (const j of half.columns) {
        const distance = distances[j]!;
        if (distance < radius) {
          counts[j]!++;
          near = true;
        }
        if (distance < reach[j]!) reached = true;
      }
      if (reached) recalled[r]!++;
      if (near) covered[r]!++;
    });
  });
  const [m, n] = [real.n >> 1, fake.n >> 1];
  const values = halves.map((_, r): Prdc => {
    const counts = inside[r]!;
    return {
      precision: counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / n,
      recall: recalled[r]! / m,
      density: counts.reduce((sum, count) => sum + count, 0) / (k * n),
      coverage: covered[r]! / m,
    };
  });
  const interval = (name: keyof Prdc): Interval =>
    intervalOf(
      whole[name],
      values.map((value) => value[name]),
    );
  return {
    precision: interval('precision'),
    recall: interval('recall'),
    density: interval('density'),
    coverage: interval('coverage'),
  };
}

interface Half {
  /** 1 for the rows in it. */
  real: Uint8Array;
  fake: Uint8Array;
  /** Rows of its fakes. */
  columns: readonly number[];
}

function members(n: number, rows: readonly number[]): Uint8Array {
  const out = new Uint8Array(n);
  for (const row of rows) out[row] = 1;
  return out;
}

/** Each row's distance to its k-th nearest neighbour within each half, from its nearest neighbours in the whole set. */
function radiiOfHalves(rows: Rows, k: number, halves: readonly Uint8Array[]): Float64Array[] {
  const out = halves.map(() => new Float64Array(rows.n));
  // About half of the neighbours are in a half: that fewer than k of so many are does not happen.
  const count = Math.min(rows.n - 1, 16 * k + 64);
  forEachDistances(rows, rows, (row, distances) => {
    const limit = kthSmallest(distances, count);
    const near: number[] = [];
    for (let j = 0; j < distances.length; j++) if (j !== row && distances[j]! <= limit) near.push(j);
    near.sort((a, b) => distances[a]! - distances[b]!);
    halves.forEach((half, r) => {
      if (half[row] === 0) return;
      let left = k;
      for (const j of near) {
        if (half[j] === 0) continue;
        left--;
        if (left > 0) continue;
        out[r]![row] = distances[j]!;
        return;
      }
    });
  });
  return out;
}
