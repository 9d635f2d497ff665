/**
 * Of an image: more than any radiograph has, and few enough that decoding the worst of files stays under 1 GiB. (A progressive
 * RGB JPEG of 49 million takes 0.7.)
 */
export const DEFAULT_MAX_PIXELS = 50_000_000;
