import {
  checkOptions,
  describeValue,
  dimensions,
  fitImage,
  type Image,
  type ImageSet,
  type ImageSetOptions,
  imagesOf,
  type KnownOptions,
} from '@cxr/image';
import { assertPositive } from '../engines/engine.js';
import { powerSpectrum } from '../linalg/power-spectrum.js';
import { medianOf } from '../metrics/median.js';

/** Options of `spectrum`. */
export interface SpectrumOptions extends ImageSetOptions {
  /**
   * Width and height in pixels, at least 16, that the images are brought to (Pillow's bicubic). Compare only spectra of the same
   * size. @default that of the first image, which must be square; another size is then refused
   */
  size?: number | undefined;
  /**
   * Periods in pixels of the patterns to look for, at least 2; each must divide the size.
   * @default [2, 4]: those that the last two transposed convolutions of stride 2 leave
   */
  periods?: readonly number[] | undefined;
}

const OPTIONS: KnownOptions<SpectrumOptions> = {
  size: true,
  periods: true,
  range: true,
  bits: true,
  onWarning: true,
};

/** The energy of a pattern that repeats every few pixels, such as the lattice of transposed convolutions. */
export interface LatticeEnergy {
  /** Of the pattern, in pixels. */
  period: number;
  /** size / period: cycles an image. */
  frequency: number;
  /** One value an image: its power at the pattern's frequencies over that at the frequencies around them. About 1 without a pattern. */
  energies: Float64Array;
  /** Their median, and the range without the lowest and the highest 2.5 %. */
  median: number;
  low: number;
  high: number;
}

/** The power of a set of images by frequency. */
export interface Spectrum {
  /** Width and height of the images in pixels. */
  size: number;
  /** Number of images. */
  n: number;
  /**
   * Mean power at 0, 1, … ⌊size / 2⌋ cycles an image in any direction, in squared grey levels (0 to 255): [f] is the mean of
   * |F(u, v)|² / Σw² over the frequencies whose radius rounds to f, and over the images. White noise has its variance everywhere.
   */
  power: Float64Array;
  /** Standard deviation, over the images, of log10 of an image's power at each frequency: how much images vary. */
  deviation: Float64Array;
  /** One a period. */
  lattice: LatticeEnergy[];
}

/** Smaller images have too few frequencies to tell a pattern from what is around it. */
const MIN_SIZE = 16;

/**
 * The power spectrum of a set of images, and how much of a lattice they carry: to be read beside that of real images of the same
 * size. Generators with transposed convolutions leave a pattern that repeats with their strides (Odena et al., "Deconvolution
 * and checkerboard artifacts", 2016) and often too little power at high frequencies (Durall et al., 2020).
 *
 * Images become 8-bit grey; their mean is taken away, and edges are faded by a Hann window w, since an image does not continue
 * at its other side. A period p stands for the frequencies (u, v) that are multiples of size / p and repeat after p pixels and not
 * earlier. Each is measured as the mean power of 3 × 3 frequencies, as wide as the window spreads it, over the mean of the others
 * in 9 × 9; an image's energy is the mean of these ratios.
 *
 * @throws TypeError for an argument that is not a set of images; RangeError for an empty set, an image of another size, or wrong
 * or unknown options.
 */
export async function spectrum(set: ImageSet, options: SpectrumOptions = {}): Promise<Spectrum> {
  checkOptions('spectrum', options, OPTIONS);
  const { periods = [2, 4], range, bits, onWarning } = options;
  assertPositive('size', options.size);
  if (!Array.isArray(periods)) throw new TypeError(`periods must be a list: ${describeValue(periods)}`);
  let meter: Meter | undefined;
  for await (const { name, image } of imagesOf(set, { range, bits, onWarning })) {
    meter ??= createMeter(options.size ?? squareSize(image, name), periods);
    meter.add(options.size === undefined ? image : fitImage(image, { size: options.size }), name);
  }
  if (!meter) throw new RangeError('a spectrum needs at least one image');
  return meter.finish();
}

function squareSize(image: Image, name: string): number {
  const [height, width] = dimensions(image);
  if (height === width) return height;
  throw new RangeError(
    `${name} is ${width} × ${height}, not square: bring the images to one size by { size }`,
  );
}

interface Meter {
  add(image: Image, name: string): void;
  finish(): Spectrum;
}

function createMeter(size: number, periods: readonly number[]): Meter {
  if (size < MIN_SIZE) throw new RangeError(`invalid size: ${size} (at least ${MIN_SIZE})`);
  const bad = periods.find((period) => !(Number.isSafeInteger(period) && period >= 2 && size % period === 0));
  if (bad !== undefined)
    throw new RangeError(`invalid period: ${bad} (a divisor of the size ${size}, at least 2)`);
  const transform = powerSpectrum(size);
  const window = hann(size);
  const rings = ringsOf(size);
  const points = periods.map((period) => latticePoints(size, period));
  const energies: number[][] = periods.map(() => []);
  const sum = new Float64Array(rings.count.length);
  const logs = { sum: sum.slice(), squares: sum.slice() };
  let n = 0;
  return {
    add(image, name) {
      const [height, width] = dimensions(image);
      if (height !== size || width !== size) {
        throw new RangeError(
          `${name} is ${width} × ${height}, not ${size} × ${size}: bring the images to one size by { size }`,
        );
      }
      const power = transform(windowed(fitImage(image, { size }).data, window));
      points.forEach((list, i) => void energies[i]!.push(latticeEnergy(power, size, list)));
      const means = new Float64Array(sum.length);
      power.forEach((value, i) => {
        const ring = rings.of[i]!;
        if (ring < means.length) means[ring]! += (rings.weight[i]! * value) / rings.count[ring]!;
      });
      means.forEach((value, ring) => {
        sum[ring]! += value;
        // The power of an image of one colour is 0: its logarithm is that of a millionth of a grey level.
        const log = Math.log10(Math.max(value, 1e-12));
        logs.sum[ring]! += log;
        logs.squares[ring]! += log * log;
      });
      n++;
    },
    finish: () => ({
      size,
      n,
      power: sum.map((value) => value / n),
      deviation: logs.sum.map((value, ring) =>
        Math.sqrt(Math.max(0, logs.squares[ring]! / n - (value / n) ** 2)),
      ),
      lattice: periods.map((period, i) => summary(period, size / period, Float64Array.from(energies[i]!))),
    }),
  };
}

/** The Hann window along one side, periodic, scaled so that the squares of the two-dimensional one add up to 1. */
function hann(size: number): Float64Array {
  const values = Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
  );
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => value / norm);
}

/** Minus the mean, times the window. */
function windowed(grey: Uint8Array, window: Float64Array): Float64Array {
  const size = window.length;
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return Float64Array.from(
    grey,
    (value, i) => (value - mean) * window[Math.floor(i / size)]! * window[i % size]!,
  );
}

/** The rounded radius of each frequency of half a spectrum, how often it stands in the whole, and how many the whole has of a radius. */
function ringsOf(size: number): { of: Int32Array; weight: Uint8Array; count: Int32Array } {
  const columns = (size >> 1) + 1;
  const of = new Int32Array(size * columns);
  const weight = new Uint8Array(of.length);
  const count = new Int32Array(columns);
  for (let i = 0; i < of.length; i++) {
    const [u, v] = [Math.floor(i / columns), i % columns];
    of[i] = Math.round(Math.hypot(Math.min(u, size - u), v));
    weight[i] = v === 0 || 2 * v === size ? 1 : 2;
    if (of[i]! < columns) count[of[i]!]! += weight[i]!;
  }
  return { of, weight, count };
}

/** The frequencies (u, v) of patterns that repeat after `period` pixels and not earlier. */
function latticePoints(size: number, period: number): [u: number, v: number][] {
  const points: [number, number][] = [];
  for (let i = 0; i < period; i++) {
    for (let j = 0; j < period; j++) {
      if (commonDivisor(commonDivisor(i, j), period) === 1)
        points.push([(i * size) / period, (j * size) / period]);
    }
  }
  return points;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

const [PEAK, AROUND] = [1, 4];

function latticeEnergy(power: Float64Array, size: number, points: readonly [number, number][]): number {
  const columns = (size >> 1) + 1;
  const at = (u: number, v: number): number => {
    const [row, column] = [(u + size) % size, (v + size) % size];
    return column < columns
      ? power[row * columns + column]!
      : power[((size - row) % size) * columns + size - column]!;
  };
  let ratios = 0;
  for (const [u, v] of points) {
    let [peak, around] = [0, 0];
    for (let i = -AROUND; i <= AROUND; i++) {
      for (let j = -AROUND; j <= AROUND; j++) {
        if (Math.max(Math.abs(i), Math.abs(j)) <= PEAK) peak += at(u + i, v + j);
        else around += at(u + i, v + j);
      }
    }
    // An image of one colour has neither: no pattern.
    ratios += around === 0 ? 1 : peak / 9 / (around / 72);
  }
  return ratios / points.length;
}

function summary(period: number, frequency: number, energies: Float64Array): LatticeEnergy {
  const sorted = energies.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return { period, frequency, energies, median: medianOf(energies), low: at(0.025), high: at(0.975) };
}
