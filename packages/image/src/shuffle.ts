import { checkList } from './check-arguments.js';
import { checkRng, type Rng } from './rng.js';

/** A copy of the items in random order (Fisher–Yates). @throws TypeError unless `items` is an array and `rng` a generator. */
export function shuffle<T>(items: readonly T[], rng: Rng): T[] {
  checkList('items', items);
  checkRng(rng);
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const item = shuffled[i]!;
    shuffled[i] = shuffled[j]!;
    shuffled[j] = item;
  }
  return shuffled;
}
