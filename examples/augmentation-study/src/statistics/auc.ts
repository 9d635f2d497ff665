/**
 * Prepares the area under the ROC curve for many weightings of the same images, as a bootstrap needs it: images are sorted once.
 * Equal scores count half (as in scikit-learn's `roc_auc_score`).
 * @param scores one an image; higher means more likely positive.
 * @param positive whether each image is of the positive class.
 * @returns a function of how often each image counts (default: once); its value is NaN where a class has no image.
 * @throws RangeError for lists of unequal length, or a score that is NaN.
 */
export function weightedAuc(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
): (weights?: ArrayLike<number>) => number {
  if (scores.length !== positive.length)
    throw new RangeError(`${scores.length} scores for ${positive.length} labels`);
  for (let i = 0; i < scores.length; i++)
    if (Number.isNaN(scores[i]!)) throw new RangeError(`score ${i} is NaN`);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[a]! - scores[b]!,
  );
  return (weights) => {
    let below = 0;
    let area = 0;
    let positives = 0;
    for (let start = 0; start < order.length; ) {
      const score = scores[order[start]!]!;
      let tiedPositive = 0;
      let tiedNegative = 0;
      for (; start < order.length && scores[order[start]!]! === score; start++) {
        const weight = weights?.[order[start]!] ?? 1;
        if (positive[order[start]!]) tiedPositive += weight;
        else tiedNegative += weight;
      }
      area += tiedPositive * (below + tiedNegative / 2);
      below += tiedNegative;
      positives += tiedPositive;
    }
    return area / (positives * below);
  };
}

/**
 * How well scores tell any class from the others: the AUC of the best class, in the direction that is right more often. 0.5 tells
 * nothing, 1 everything.
 */
export function bestAuc(scores: ArrayLike<number>, labels: readonly number[], classes: number): number {
  const areas = Array.from({ length: classes }, (_, c) => {
    const area = auc(
      scores,
      labels.map((label) => label === c),
    );
    return Math.max(area, 1 - area);
  });
  return Math.max(...areas);
}

/** The area under the ROC curve: the probability that a positive image has a higher score than a negative one. */
export function auc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  return weightedAuc(scores, positive)();
}
