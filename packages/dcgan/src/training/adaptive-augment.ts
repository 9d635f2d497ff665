/** Images after which the probability could have gone from 0 to 1; Karras et al. use 500,000, for sets of up to 70,000. */
const IMAGES_TO_ONE = 100_000;

/**
 * The probability of each change of DiffAugment after a step (ADA: Karras et al., 2020, section 3.1): it rises while the mean sign of the
 * discriminator's logits on reals is above `target`, which means that it overfits, and falls while it is below. 0 to 1.
 * @param accuracyReal share of reals with a logit above 0.
 * @param images reals of the step.
 */
export function adaptProbability(
  probability: number,
  { accuracyReal, target, images }: { accuracyReal: number; target: number; images: number },
): number {
  const direction = Math.sign(2 * accuracyReal - 1 - target);
  return Math.min(1, Math.max(0, probability + (direction * images) / IMAGES_TO_ONE));
}
