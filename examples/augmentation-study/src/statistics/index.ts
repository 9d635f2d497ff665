export { auc, bestAuc, weightedAuc } from './auc.js';
export { bootstrapMean, type Interval, quantile, resamplePatients } from './bootstrap.js';
export {
  aucOf,
  bestThreshold,
  classificationMetrics,
  type DecisionOptions,
  METRICS,
  type MetricName,
  type Metrics,
  type Predictions,
  weightedMetrics,
} from './classification.js';
export {
  mean,
  type PairedDifference,
  type PairedOptions,
  pairedDifference,
  variance,
} from './paired-difference.js';
export { type PowerOptions, pairedPower, seedsToSee } from './power.js';
export { normalCdf, studentCdf, studentQuantile } from './student-t.js';
