import { CxrFileError } from '@cxr/image';

/** The coding parameters of a file that sets its own (ITU-T T.87, C.2.4.1.1); 0 stands for the default. */
export interface Presets {
  maxValue: number;
  thresholds: readonly [number, number, number];
  reset: number;
}

/** All that the coding of a scan depends on, in the standard's letters: RANGE, qbpp, LIMIT, T1 to T3, RESET. */
export interface Parameters {
  maxValue: number;
  /** Largest difference from the true sample. */
  near: number;
  range: number;
  /** Bits of a mapped error. */
  bits: number;
  /** Bits of the longest code. */
  limit: number;
  thresholds: readonly [number, number, number];
  reset: number;
}

/**
 * The parameters of a scan of `precision` bits (A.2.1 and C.2.4.1.1.1).
 * @throws CxrFileError 'corrupt' for ones that the standard does not allow.
 */
export function scanParameters(precision: number, near: number, presets: Presets | undefined): Parameters {
  const top = 2 ** precision - 1;
  const maxValue = presets?.maxValue || top;
  if (maxValue > top || near > Math.min(255, maxValue >> 1)) throw damaged();
  const basic = basicThresholds(maxValue, near);
  const [t1, t2, t3] = basic.map((value, i) => presets?.thresholds[i] || value) as [number, number, number];
  const reset = presets?.reset || 64;
  const allowed = near < t1 && t1 <= t2 && t2 <= t3 && t3 <= maxValue;
  if (!allowed || reset < 3 || reset > Math.max(255, maxValue)) throw damaged();
  const range = Math.floor((maxValue + 2 * near) / (2 * near + 1)) + 1;
  const depth = Math.max(2, bitsFor(maxValue + 1));
  return {
    maxValue,
    near,
    range,
    bits: bitsFor(range),
    limit: 2 * (depth + Math.max(8, depth)),
    thresholds: [t1, t2, t3],
    reset,
  };
}

function damaged(): CxrFileError {
  return new CxrFileError('corrupt', 'a JPEG-LS with damaged coding parameters');
}

function basicThresholds(maxValue: number, near: number): [number, number, number] {
  const within = (value: number, min: number): number => (value > maxValue || value < min ? min : value);
  let values: number[];
  if (maxValue >= 128) {
    const factor = Math.floor((Math.min(maxValue, 4095) + 128) / 256);
    values = [factor + 2 + 3 * near, 4 * factor + 3 + 5 * near, 17 * factor + 4 + 7 * near];
  } else {
    const factor = Math.floor(256 / (maxValue + 1));
    const scaled = (value: number): number => Math.floor(value / factor);
    values = [
      Math.max(2, scaled(3) + 3 * near),
      Math.max(3, scaled(7) + 5 * near),
      Math.max(4, scaled(21) + 7 * near),
    ];
  }
  const t1 = within(values[0]!, near + 1);
  const t2 = within(values[1]!, t1);
  return [t1, t2, within(values[2]!, t2)];
}

/** Bits that tell this many values apart. */
function bitsFor(values: number): number {
  return 32 - Math.clz32(values - 1);
}
