import { minimise } from './lbfgs.js';

/** Rows to learn from. */
export interface Rows {
  /** `[n, dims]`, row by row. */
  readonly data: Float32Array | Float64Array;
  readonly dims: number;
  /** The class of each row, 0 to classes − 1. */
  readonly labels: ArrayLike<number>;
  /** How much each row counts. @default 1 each */
  readonly weights?: ArrayLike<number> | undefined;
}

/** Options of `fitLogistic`. */
export interface LogisticOptions {
  readonly classes: number;
  /** λ of the penalty λ/2 · ‖w‖² beside the mean loss; scikit-learn's C is 1 / (n λ). Above 0. */
  readonly penalty: number;
  /** Where to begin. @default zeros */
  readonly start?: LogisticModel | undefined;
  /** The largest element of the gradient at the end. @default 1e-7 */
  readonly tolerance?: number | undefined;
}

/** A fitted model: plain numbers. */
export interface LogisticModel {
  readonly classes: number;
  /** Mean and standard deviation of each feature of the rows; those that do not vary count as 0. */
  readonly center: Float64Array;
  readonly scale: Float64Array;
  /** `[outputs, dims + 1]`, of standardised features, the intercept last. Of two classes one output, the second class's. */
  readonly parameters: Float64Array;
}

/**
 * Logistic regression (multinomial with more than two classes) with an L2 penalty on standardised features and none on the intercept:
 * the minimum of Σ wᵢ lossᵢ / Σ wᵢ + λ/2 · ‖w‖². The problem is convex and the method (L-BFGS) draws no numbers: the same rows
 * give the same model.
 * @throws RangeError for a penalty that is not above 0, or rows that do not fit their labels.
 */
export function fitLogistic(rows: Rows, options: LogisticOptions): LogisticModel {
  const { classes, penalty, start, tolerance = 1e-7 } = options;
  const n = rows.labels.length;
  if (!(penalty > 0)) throw new RangeError(`invalid penalty: ${penalty} (above 0)`);
  if (n === 0 || rows.data.length !== n * rows.dims)
    throw new RangeError(`${rows.data.length} values are not ${n} rows of ${rows.dims}`);
  const { center, scale } = momentsOf(rows);
  const features = standardise(rows.data, rows.dims, center, scale);
  const outputs = classes === 2 ? 1 : classes;
  const parameters = minimise(
    lossOf(features, rows, outputs, penalty),
    start?.parameters ?? new Float64Array(outputs * (rows.dims + 1)),
    { tolerance },
  );
  return { classes, center, scale, parameters };
}

/** The probability of each class for each row, `[n, classes]`. */
export function predictLogistic(model: LogisticModel, data: Float32Array | Float64Array): Float64Array {
  const { classes, center, scale, parameters } = model;
  const dims = center.length;
  const n = data.length / dims;
  const outputs = parameters.length / (dims + 1);
  const features = standardise(data, dims, center, scale);
  const out = new Float64Array(n * classes);
  const logits = new Float64Array(outputs);
  for (let i = 0; i < n; i++) {
    computeLogits(features, parameters, dims, i, logits);
    probabilities(logits, out.subarray(i * classes, (i + 1) * classes));
  }
  return out;
}

function momentsOf({ data, dims, labels, weights }: Rows): { center: Float64Array; scale: Float64Array } {
  const center = new Float64Array(dims);
  const scale = new Float64Array(dims);
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    for (let k = 0; k < dims; k++) center[k]! += weight * data[i * dims + k]!;
  }
  for (let k = 0; k < dims; k++) center[k]! /= total;
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1;
    for (let k = 0; k < dims; k++) scale[k]! += weight * (data[i * dims + k]! - center[k]!) ** 2;
  }
  for (let k = 0; k < dims; k++) scale[k] = Math.sqrt(scale[k]! / total);
  return { center, scale };
}

function standardise(
  data: ArrayLike<number>,
  dims: number,
  center: Float64Array,
  scale: Float64Array,
): Float64Array {
  const out = new Float64Array(data.length);
  for (let at = 0; at < out.length; at++) {
    const k = at % dims;
    out[at] = scale[k]! > 1e-12 ? (data[at]! - center[k]!) / scale[k]! : 0;
  }
  return out;
}

function computeLogits(
  features: Float64Array,
  parameters: Float64Array,
  dims: number,
  row: number,
  logits: Float64Array,
): void {
  for (let o = 0; o < logits.length; o++) {
    const first = o * (dims + 1);
    let sum = parameters[first + dims]!;
    for (let k = 0; k < dims; k++) sum += parameters[first + k]! * features[row * dims + k]!;
    logits[o] = sum;
  }
}

/** Softmax; one logit stands for the second of two classes. */
function probabilities(logits: Float64Array, out: Float64Array): void {
  if (logits.length === 1) {
    out[1] = 1 / (1 + Math.exp(-logits[0]!));
    out[0] = 1 / (1 + Math.exp(logits[0]!));
    return;
  }
  const top = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let c = 0; c < out.length; c++) {
    out[c] = Math.exp(logits[c]! - top);
    sum += out[c]!;
  }
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
}

/** −log of the probability of the label, without the rounding of that probability to 0. */
function surprise(logits: Float64Array, label: number): number {
  if (logits.length === 1) {
    const z = label === 1 ? -logits[0]! : logits[0]!;
    return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  }
  const top = logits.reduce((a, b) => Math.max(a, b));
  return top + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0)) - logits[label]!;
}

function lossOf(
  features: Float64Array,
  { dims, labels, weights }: Rows,
  outputs: number,
  penalty: number,
): (parameters: Float64Array, gradient: Float64Array) => number {
  const n = labels.length;
  const classes = outputs === 1 ? 2 : outputs;
  const logits = new Float64Array(outputs);
  const shares = new Float64Array(classes);
  let total = 0;
  for (let i = 0; i < n; i++) total += weights?.[i] ?? 1;
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const weight = (weights?.[i] ?? 1) / total;
      computeLogits(features, parameters, dims, i, logits);
      loss += weight * surprise(logits, labels[i]!);
      probabilities(logits, shares);
      for (let o = 0; o < outputs; o++) {
        const c = outputs === 1 ? 1 : o;
        const slope = weight * (shares[c]! - (labels[i] === c ? 1 : 0));
        const first = o * (dims + 1);
        for (let k = 0; k < dims; k++) gradient[first + k]! += slope * features[i * dims + k]!;
        gradient[first + dims]! += slope;
      }
    }
    for (let at = 0; at < parameters.length; at++) {
      if (at % (dims + 1) === dims) continue;
      loss += (penalty / 2) * parameters[at]! ** 2;
      gradient[at]! += penalty * parameters[at]!;
    }
    return loss;
  };
}
