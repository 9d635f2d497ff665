import type { StepMetrics } from './step-metrics.js';

/**
 * What a warning is about. `divergence`: a loss or a norm is not a finite number; `exploding`: a loss is huge, or weights
 * grow too fast; `one-sided`: the discriminator is always right; `collapse`: the fakes are nearly all alike; `few-images`:
 * there is a single image to learn from.
 */
export type WarningKind = 'divergence' | 'exploding' | 'one-sided' | 'collapse' | 'few-images';

/** A reason to doubt a run. */
export interface Warning {
  kind: WarningKind;
  message: string;
}

/** Consecutive bad steps before a warning. */
const PATIENCE = 100;
/** An untrained generator's images are alike too; it has this many steps to spread out. */
const WARM_UP = 200;
const ALWAYS_RIGHT = 0.999;
const ALIKE = 0.1;
/** Losses on logits stay below about 20 while training goes well. */
const MAX_LOSS = 100;
/**
 * Adam moves a weight by about its learning rate a step, so at usual rates norms change by a part in the last `WINDOW`
 * steps.
 */
const MAX_GROWTH = 4;
const WINDOW = 100;

/**
 * Makes a function that is given each step's metrics in turn and returns a warning where a problem begins: once for each
 * time that it comes up.
 */
export function createTrainingMonitor(): (metrics: StepMetrics) => Warning | undefined {
  let right = 0;
  let alike = 0;
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
    alike = step > WARM_UP && diversity < ALIKE ? alike + 1 : 0;
    if (right === PATIENCE) {
      return {
        kind: 'one-sided',
        message: `the discriminator was right on every image for ${PATIENCE} steps: the generator learns little`,
      };
    }
    if (alike === PATIENCE) {
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

/** A norm over its smallest of the last `WINDOW` steps. */
function createGrowth(): (norm: number) => number {
  const recent: number[] = [];
  return (norm) => {
    recent.push(norm);
    if (recent.length > WINDOW) recent.shift();
    return norm / Math.min(...recent);
  };
}
