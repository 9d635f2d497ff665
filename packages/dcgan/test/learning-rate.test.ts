import { expect, it } from 'vitest';
import { learningRateFactor } from '../src/training/learning-rate.js';

const from = { decayStart: 100, decayEnd: 300, decayTo: 0.2 };

it.each([
  ['none', [1, 1, 1, 1, 1, 1]],
  ['linear', [1, 1, 0.8, 0.6, 0.2, 0.2]],
  // 0.2 + 0.8 · (1 + cos(π/4)) / 2 after a quarter.
  ['cosine', [1, 1, 0.88284271, 0.6, 0.2, 0.2]],
] as const)('falls between decayStart and decayEnd: %s', (learningRateDecay, expected) => {
  const factors = [0, 100, 150, 200, 300, 1000].map((step) =>
    learningRateFactor({ ...from, learningRateDecay }, step),
  );
  for (const [i, factor] of factors.entries()) expect(factor).toBeCloseTo(expected[i]!, 7);
});
