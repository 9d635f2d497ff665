/** The settings of a `TrainConfig` that are not options of the networks; the compiler asks for each of them in `config.ts`. */
export const TRAINING_SETTINGS = {
  preset: true,
  batchSize: true,
  halfBatch: true,
  separateUpdates: true,
  draw: true,
  resample: true,
  loss: true,
  learningRateG: true,
  learningRateD: true,
  beta1: true,
  beta2: true,
  r1: true,
  r1Every: true,
  diffAugment: true,
  ema: true,
} as const;
