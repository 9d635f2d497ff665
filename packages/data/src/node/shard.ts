import { describeValue } from '@cxr/image';

/** The part of a list that one of `count` machines or jobs works on: `[index, count]`, with an index from 0 on. */
export type Shard = readonly [index: number, count: number];

/** @throws RangeError or TypeError for what is no shard. */
export function checkShard(shard: unknown): asserts shard is Shard {
  if (!Array.isArray(shard)) throw new TypeError(`shard must be [index, count], not ${describeValue(shard)}`);
  const [index, count] = shard as unknown[];
  const whole = Number.isSafeInteger(index) && Number.isSafeInteger(count) && shard.length === 2;
  if (whole && (index as number) >= 0 && (index as number) < (count as number)) return;
  throw new RangeError(
    `invalid shard: [${String(index)}, ${String(count)}] ([index, count], with 0 ≤ index < count)`,
  );
}

/**
 * Every `count`-th item, the first one at `index`: those of all shards together are the list, each item once, and their
 * lengths differ by one at most.
 * @throws RangeError or TypeError for what is no shard.
 */
export function inShard<T>(items: Iterable<T>, shard: Shard = [0, 1]): Generator<T, void, void> {
  if (typeof (items as Partial<Iterable<T>> | undefined)?.[Symbol.iterator] !== 'function')
    throw new TypeError(`inShard takes a list, not ${describeValue(items)}`);
  checkShard(shard);
  return every(items, shard);
}

function* every<T>(items: Iterable<T>, [index, count]: Shard): Generator<T, void, void> {
  let at = 0;
  for (const item of items) if (at++ % count === index) yield item;
}
