/** What S. Kora Venu and S. Ravula (Future Internet 2021, 13(1), 8) published, and how they came to it. */
export const PAPER = {
  /** FID of their fakes. */
  fid: 1.289,
  /** Generator updates: 500 epochs, read from the end of their plot of the losses. */
  steps: 6000,
  batchSize: 128,
  fakes: 1000,
  reals: 1341,
  /** Length of the activations that are compared. */
  dims: 768,
  /** Pixels a side, and features of the layer at that size. */
  size: 128,
  width: 64,
} as const;
