/**
 * Pillow's `Image.blend` of two values, in single precision: factor 0 gives `from`, 1 gives `to`, other factors extrapolate.
 * Pillow's enhancers of brightness, contrast and colour use it.
 */
export function blend(from: number, to: number, factor: number): number {
  return Math.fround(from + Math.fround(Math.fround(factor) * (to - from)));
}
