/** A lossless JPEG to write (ITU-T T.81, annex H). */
export interface LosslessImage {
  width: number;
  height: number;
  components: 1 | 3;
  precision: number;
  predictor: number;
  /** Low bits that are left out. */
  pointTransform: number;
  /** Lines between restart markers; 0 for none. */
  restartLines: number;
  /** `[height, width, components]` */
  samples: Uint16Array;
}

/** Code lengths of the 17 categories of differences, the shortest for the smallest. */
const LENGTHS = [2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16];

/** Canonical codes of those lengths. */
const CODES = LENGTHS.reduce<number[]>((codes, length, i) => {
  codes.push(i === 0 ? 0 : (codes[i - 1]! + 1) << (length - LENGTHS[i - 1]!));
  return codes;
}, []);

export function encodeLosslessJpeg(image: LosslessImage): Uint8Array {
  const { width, height, components, precision, predictor, pointTransform, restartLines } = image;
  const ids = Array.from({ length: components }, (_, i) => i + 1);
  const counts = Array.from({ length: 16 }, (_, i) => LENGTHS.filter((length) => length === i + 1).length);
  const frame = [precision, height >> 8, height & 255, width >> 8, width & 255, components];
  const interval = restartLines * width;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xc4, [0, ...counts, ...LENGTHS.keys()]),
    ...segment(0xc3, [...frame, ...ids.flatMap((id) => [id, 0x11, 0])]),
    ...(interval ? segment(0xdd, [interval >> 8, interval & 255]) : []),
    ...segment(0xda, [components, ...ids.flatMap((id) => [id, 0]), predictor, 0, pointTransform]),
    ...scanOf(image),
    ...[0xff, 0xd9],
  ]);
}

function segment(marker: number, content: readonly number[]): number[] {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...content];
}

function scanOf(image: LosslessImage): number[] {
  const { width, height, components, restartLines } = image;
  const out: number[] = [];
  const bits: number[] = [];
  const flush = (): void => {
    while (bits.length % 8 !== 0) bits.push(1);
    for (let i = 0; i < bits.length; i += 8) {
      const byte = bits.slice(i, i + 8).reduce((sum, bit) => 2 * sum + bit, 0);
      out.push(byte, ...(byte === 0xff ? [0] : []));
    }
    bits.length = 0;
  };
  let restarts = 0;
  for (let y = 0; y < height; y++) {
    const first = y === 0 || (restartLines > 0 && y % restartLines === 0);
    if (first && y > 0) {
      flush();
      out.push(0xff, 0xd0 + (restarts++ % 8));
    }
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < components; c++) write(bits, differenceAt(image, x, y, c, first));
    }
  }
  flush();
  return out;
}

/** What a sample differs from its prediction, -32767 to 32768. */
function differenceAt(image: LosslessImage, x: number, y: number, c: number, firstLine: boolean): number {
  const { width, components, precision, predictor, pointTransform, samples } = image;
  const at = (i: number, j: number): number => samples[(j * width + i) * components + c]! >> pointTransform;
  let predicted: number;
  if (firstLine) predicted = x === 0 ? 2 ** (precision - pointTransform - 1) : at(x - 1, y);
  else if (x === 0) predicted = at(0, y - 1);
  else {
    const [left, up, corner] = [at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
    predicted = [
      left,
      up,
      corner,
      left + up - corner,
      left + ((up - corner) >> 1),
      up + ((left - corner) >> 1),
      (left + up) >> 1,
    ][predictor - 1]!;
  }
  const difference = (at(x, y) - predicted) & 0xffff;
  return difference > 32768 ? difference - 65536 : difference;
}

function write(bits: number[], difference: number): void {
  const category = 32 - Math.clz32(Math.abs(difference));
  push(bits, CODES[category]!, LENGTHS[category]!);
  if (category < 16) push(bits, difference < 0 ? difference + 2 ** category - 1 : difference, category);
}

function push(bits: number[], value: number, count: number): void {
  for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1);
}
