/** The flags of `npm run check:consumers`, and the words that are left for vitest. @throws RangeError naming a wrong value. */
export function consumerFlags(words: readonly string[]): { nodes: string; registry: boolean; rest: string[] };
