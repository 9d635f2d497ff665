/** Samples as a lossless JPEG or a JPEG-LS stores them. */
export interface StoredJpeg {
  width: number;
  height: number;
  components: number;
  /** Bits a sample, 2..16. */
  precision: number;
  /** `[height, width, components]` */
  data: Uint16Array;
}
