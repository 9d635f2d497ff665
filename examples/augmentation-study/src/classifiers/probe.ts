import { aucOf } from '../statistics/classification.js';
import { fitLogistic, type LogisticModel, predictLogistic, type Rows } from './logistic-regression.js';

/** The penalties that are tried, strongest first: each fit begins where the one before ended. */
const PENALTIES: readonly number[] = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

/** A linear probe with the penalty that was best on the validation images. */
export interface Probe {
  readonly model: LogisticModel;
  readonly penalty: number;
  /** AUC on the validation images by penalty. */
  readonly curve: readonly { readonly penalty: number; readonly validationAuc: number }[];
}

/**
 * Fits a logistic regression on activations with each of the penalties, and keeps the best on the validation rows (by AUC; of
 * equal ones the stronger penalty).
 */
export function fitProbe(rows: Rows, validation: Rows, classes: number, positive: number): Probe {
  const curve: { penalty: number; validationAuc: number }[] = [];
  let best: { model: LogisticModel; penalty: number; validationAuc: number } | undefined;
  let start: LogisticModel | undefined;
  for (const penalty of PENALTIES) {
    const model = fitLogistic(rows, { classes, penalty, start, tolerance: 1e-6 });
    start = model;
    const probabilities = predictLogistic(model, validation.data);
    const labels = Int32Array.from(validation.labels);
    const validationAuc = aucOf({ probabilities, labels, classes }, { positive });
    curve.push({ penalty, validationAuc });
    if (best === undefined || validationAuc > best.validationAuc) best = { model, penalty, validationAuc };
  }
  return { model: best!.model, penalty: best!.penalty, curve };
}
