/** A function to minimise: returns its value and writes its gradient. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

/** Options of `minimise`. */
export interface MinimiseOptions {
  /** Ends where no element of the gradient is larger. @default 1e-7 */
  readonly tolerance?: number | undefined;
  /** @default 1000 */
  readonly maxIterations?: number | undefined;
}

/** Pairs of steps and gradient changes that are remembered. */
const MEMORY = 10;

/**
 * The minimum of a smooth function by L-BFGS (Nocedal, 1980; Nocedal and Wright, 2006, algorithm 7.5), with a line search for the
 * weak Wolfe conditions by bisection. It ends early where rounding leaves no smaller value to find.
 */
export function minimise(f: Objective, start: Float64Array, options: MinimiseOptions = {}): Float64Array {
  const { tolerance = 1e-7, maxIterations = 1000 } = options;
  let x = Float64Array.from(start);
  let gradient = new Float64Array(x.length);
  let value = f(x, gradient);
  const pairs: Pair[] = [];
  for (let i = 0; i < maxIterations && largest(gradient) > tolerance; i++) {
    const direction = descent(gradient, pairs);
    const next = search(f, { x, value, gradient, direction, first: pairs.length === 0 });
    if (next === undefined) {
      if (pairs.length === 0) break;
      // What is remembered may fit badly: try once more along the gradient itself.
      pairs.length = 0;
      continue;
    }
    const s = subtract(next.x, x);
    const y = subtract(next.gradient, gradient);
    const curvature = dot(s, y);
    if (curvature > 0) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > MEMORY) pairs.shift();
    ({ x, value, gradient } = next);
  }
  return x;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

interface Point {
  x: Float64Array<ArrayBuffer>;
  value: number;
  gradient: Float64Array<ArrayBuffer>;
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const [i, { s, y, rho }] of [...pairs.entries()].reverse()) {
    alphas[i] = rho * dot(s, q);
    addScaled(q, y, -alphas[i]!);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let k = 0; k < q.length; k++) q[k]! *= scale;
  }
  for (const [i, { s, y, rho }] of pairs.entries()) addScaled(q, s, alphas[i]! - rho * dot(y, q));
  return q;
}

function search(
  f: Objective,
  { x, value, gradient, direction, first }: Point & { direction: Float64Array; first: boolean },
): Point | undefined {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return undefined;
  let step = first ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < 60; i++) {
    const next = Float64Array.from(x);
    addScaled(next, direction, step);
    const slopes = new Float64Array(x.length);
    const reached = f(next, slopes);
    if (!(reached <= value + 1e-4 * step * slope)) high = step;
    else if (dot(slopes, direction) < 0.9 * slope) low = step;
    else return { x: next, value: reached, gradient: slopes };
    step = high === Number.POSITIVE_INFINITY ? 2 * step : (low + high) / 2;
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function largest(values: Float64Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}
