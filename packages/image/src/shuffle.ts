import type { Rng } from './rng.js';

/** A copy of the items in random order (Fisher–Yates). */
export function shuffle<T>(items: readonly T[], rng: Rng): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const item = shuffled[i]!;
    shuffled[i] = shuffled[j]!;
    shuffled[j] = item;
  }
  return shuffled;
}
