/**
 * Pillow's `Image.blend` of two values, in its single precision: factor 0 gives `from`, 1 gives `to`, beyond goes on. What
 * the enhancers of brightness, contrast and colour are made of.
 */
export function blend(from: number, to: number, factor: number): number {
  return Math.fround(from + Math.fround(Math.fround(factor) * (to - from)));
}
