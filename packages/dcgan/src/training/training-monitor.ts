import type { StepMetrics } from './step-metrics.js';

/**
 * The problem that a warning reports. `divergence`: a loss, a norm or a number to be saved is not finite; `exploding`: a loss is huge, or weights
 * grow too fast; `one-sided`: the discriminator is right on every image; `collapse`: the fakes are nearly equal; `few-images`:
 * the training set has only one image; `few-bits`: 16-bit images are nearly black, since they use fewer bits.
 */
export type WarningKind = 'divergence' | 'exploding' | 'one-sided' | 'collapse' | 'few-images' | 'few-bits';

/** A problem of a training run. */
export interface Warning {
  kind: WarningKind;
  /** The problem in one sentence, with numbers. */
  message: string;
}

/** Consecutive bad steps before a warning. */
const PATIENCE = 100;
/** Steps before similar fakes count as collapse: those of an untrained generator are always similar. */
const WARM_UP = 200;
/** Share of right answers, on reals and on fakes, from which the discriminator counts as always right. */
const ALWAYS_RIGHT = 0.999;
/** Diversity below which fakes count as nearly equal. */
const MIN_DIVERSITY = 0.1;
/** In a healthy run, losses on logits stay below about 20. */
const MAX_LOSS = 100;
/**
 * Adam moves a weight by about the learning rate per step, so at usual rates a norm changes by much less than this factor
 * within `WINDOW` steps.
 */
const MAX_GROWTH = 4;
const WINDOW = 100;

/**
 * Creates a training monitor: a function that takes the metrics of each step in turn and returns a warning when a problem
 * starts. A problem that continues is reported once; one that went away and came back is reported again.
 */
export function createTrainingMonitor(): (metrics: StepMetrics) => Warning | undefined {
  let right = 0;
  let similar = 0;
  let exploding = false;
  const growthD = createGrowth();
  const growthG = createGrowth();
  return (metrics) => {
    const { step, lossD, lossG, accuracyReal, accuracyFake, diversity } = metrics;
    const { gradientNormD, gradientNormG, weightNormD, weightNormG } = metrics;
    const broken = Object.entries({
      lossD,
      lossG,
      gradientNormD,
      gradientNormG,
      weightNormD,
      weightNormG,
    }).find(([, value]) => !Number.isFinite(value));
    if (broken)
      return { kind: 'divergence', message: `diverged at step ${step}: ${broken[0]} is ${broken[1]}` };
    const reason =
      hugeLoss({ lossD, lossG }) ??
      tooFast('discriminator', growthD(weightNormD)) ??
      tooFast('generator', growthG(weightNormG));
    const began = reason !== undefined && !exploding;
    exploding = reason !== undefined;
    if (began) {
      const message = `training blows up at step ${step}: ${reason}; try lower learning rates`;
      return { kind: 'exploding', message };
    }
    right = Math.min(accuracyReal, accuracyFake) > ALWAYS_RIGHT ? right + 1 : 0;
    similar = step > WARM_UP && diversity < MIN_DIVERSITY ? similar + 1 : 0;
    if (right === PATIENCE) {
      return {
        kind: 'one-sided',
        message: `the discriminator was right on every image for ${PATIENCE} steps: the generator learns little`,
      };
    }
    if (similar === PATIENCE) {
      const percent = (100 * diversity).toFixed(1);
      return {
        kind: 'collapse',
        message: `mode collapse: the fakes differ ${percent} % as much as the reals do`,
      };
    }
    return undefined;
  };
}

function hugeLoss(losses: Record<string, number>): string | undefined {
  const huge = Object.entries(losses).find(([, loss]) => Math.abs(loss) > MAX_LOSS);
  return huge && `${huge[0]} is ${huge[1].toPrecision(3)}`;
}

function tooFast(network: string, growth: number): string | undefined {
  if (growth <= MAX_GROWTH) return undefined;
  return `the ${network}'s weights are ${growth.toPrecision(2)} times what they were at most ${WINDOW} steps ago`;
}

/** A function that takes a norm each step and returns its ratio to the smallest of the last `WINDOW` steps. */
function createGrowth(): (norm: number) => number {
  const recent: number[] = [];
  return (norm) => {
    recent.push(norm);
    if (recent.length > WINDOW) recent.shift();
    return norm / Math.min(...recent);
  };
}
