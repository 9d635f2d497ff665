/** Whether something is a tensor's shape or its byte range: whole numbers from 0. */
export function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** Bytes of a float32 tensor. */
export function floatBytes(shape: readonly number[]): number {
  return 4 * shape.reduce((product, side) => product * side, 1);
}
