import type { StepMetrics } from './step-metrics.js';

/** Something that makes going on doubtful. */
export interface Warning {
  /** `divergence`: a loss or gradient is not a number; `one-sided`: the discriminator is always right; `collapse`: the fakes are nearly all alike. */
  kind: 'divergence' | 'one-sided' | 'collapse';
  message: string;
}

/** How many steps in a row make a state and not a moment. */
const PATIENCE = 100;
/** An untrained generator's images are alike too; it is given this many steps to spread out. */
const WARM_UP = 200;
const ALWAYS_RIGHT = 0.999;
const ALIKE = 0.1;

/** Makes a function that is shown each step's metrics in turn and says when something has gone wrong, once an incident. */
export function createWatch(): (metrics: StepMetrics) => Warning | undefined {
  let right = 0;
  let alike = 0;
  return (metrics) => {
    const { step, lossD, lossG, gradientNormD, gradientNormG, accuracyReal, accuracyFake, diversity } =
      metrics;
    const broken = Object.entries({ lossD, lossG, gradientNormD, gradientNormG }).find(
      ([, v]) => !Number.isFinite(v),
    );
    if (broken)
      return { kind: 'divergence', message: `diverged at step ${step}: ${broken[0]} is ${broken[1]}` };
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
