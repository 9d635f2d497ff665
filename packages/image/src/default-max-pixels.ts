/**
 * Default limit for the pixels of an image. No radiograph has as many, and decoding the worst file of this size stays under
 * 1 GiB of memory (a progressive RGB JPEG of 49 million pixels takes 0.7 GiB).
 */
export const DEFAULT_MAX_PIXELS = 50_000_000;
