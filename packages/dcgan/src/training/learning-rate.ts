/** Ways in which the learning rates fall. */
export const DECAYS = ['none', 'linear', 'cosine'] as const;
export type LearningRateDecay = (typeof DECAYS)[number];

/** When and how the learning rates fall: settings of a `TrainConfig`. */
export interface DecaySettings {
  learningRateDecay: LearningRateDecay;
  decayStart: number;
  decayEnd: number;
  decayTo: number;
}

/**
 * What the learning rates are multiplied by in the update after `step` steps: 1 until `decayStart`, `decayTo` from `decayEnd`, in
 * between along a line or half a cosine (Loshchilov and Hutter, 2017, equation 5).
 */
export function learningRateFactor(settings: DecaySettings, step: number): number {
  const { learningRateDecay, decayStart, decayEnd, decayTo } = settings;
  if (learningRateDecay === 'none') return 1;
  const done = Math.min(1, Math.max(0, (step - decayStart) / (decayEnd - decayStart)));
  const left = learningRateDecay === 'linear' ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2;
  return decayTo + (1 - decayTo) * left;
}
