import {
  checkOptions,
  checkSize,
  checkWholeNumber,
  createRng,
  image,
  type NamedImage,
  type Rng,
} from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type Anatomy, drawAnatomy } from './phantom-anatomy.js';
import { density, type Noise } from './phantom-density.js';

/** Which phantom `phantom` draws. */
export interface PhantomOptions {
  /** Another seed is another person on another film. */
  seed: number;
  /** Width and height in pixels, at most 32,768. */
  size: number;
  /** Adds opacities in the lungs, as pneumonia does; the person stays the same. @default false */
  sick?: boolean | undefined;
}

/**
 * A drawn image that looks like a frontal chest X-ray, Uint8 `[size, size, 1]`, 0..255: for demos and tests that need
 * neither a download nor patients' data. It is no model of X-ray physics, and no use for medical questions.
 * @throws RangeError for an unknown option, or an invalid seed or size.
 */
export function phantom(options: PhantomOptions): NdArray<Uint8Array> {
  checkOptions<PhantomOptions>('phantom', options, { seed: true, size: true, sick: true });
  const { seed, size, sick = false } = options;
  checkSize(size, size);
  // Each of the three has a stream of its own: an opacity more must not change the grain.
  const anatomy = drawAnatomy(createRng(seed, 0), sick);
  const noise = makeNoise(createRng(anatomy.texture));
  const grain = createRng(seed, 1);
  const tone = toneCurve(anatomy);
  const data = new Uint8ClampedArray(size * size);
  const cos = Math.cos(anatomy.tilt) / anatomy.zoom;
  const sin = Math.sin(anatomy.tilt) / anatomy.zoom;
  for (let row = 0, at = 0; row < size; row++) {
    const v = (2 * row + 1) / size - 1;
    for (let column = 0; column < size; column++) {
      const u = (2 * column + 1) / size - 1;
      const x = u - anatomy.shiftX;
      const y = v - anatomy.shiftY;
      const weakened = density(anatomy, noise, cos * x + sin * y, cos * y - sin * x);
      const uneven = 0.05 * (noise(u + 20, v + 20) - 0.5);
      const step = Math.round(STEPS * (weakened + uneven));
      const level = tone[Math.max(0, Math.min(tone.length - 1, step))]! * lit(anatomy, u, v);
      data[at++] = Math.max(level, marker(anatomy, u, v)) + anatomy.grain * grain.normal();
    }
  }
  return image(new Uint8Array(data.buffer), size, size, 1);
}

/** Options of `phantoms`. */
export interface PhantomsOptions extends PhantomOptions {
  /** How many, from 0 on. */
  count: number;
}

/**
 * `count` different phantoms, keyed by (seed, index), named phantom-SEED-INDEX.png.
 * @throws RangeError at once for an unknown or invalid option.
 */
export function phantoms(options: PhantomsOptions): Generator<NamedImage, void, void> {
  checkOptions<PhantomsOptions>('phantoms', options, { count: true, seed: true, size: true, sick: true });
  checkWholeNumber('count', options.count, 0);
  checkSize(options.size, options.size);
  createRng(options.seed);
  return drawAll(options);
}

function* drawAll({ count, seed, size, sick = false }: PhantomsOptions): Generator<NamedImage, void, void> {
  for (let i = 0; i < count; i++) {
    const name = `phantom-${seed}-${String(i).padStart(4, '0')}.png`;
    yield { name, image: phantom({ seed: createRng(seed, i).uint32(), size, sick }) };
  }
}

/** Steps of the tone curve for each unit of density: fine enough that a step is less than one level. */
const STEPS = 1000;

/** The film's answer to weakened rays, from air, black, to the densest bone, white. */
function toneCurve({ exposure, gamma }: Anatomy): Float32Array {
  const curve = new Float32Array(2 * STEPS);
  for (let i = 0; i < curve.length; i++) {
    const white = 1 - Math.exp((-1.7 * exposure * i) / STEPS);
    curve[i] = 8 + 272 * white ** (1.25 * gamma);
  }
  return curve;
}

/** 1 in the lit field, falling off at its edges. */
function lit({ field: [left, top, right, bottom] }: Anatomy, u: number, v: number): number {
  const distance = Math.min(u - left, v - top, right - u, bottom - v);
  return Math.min(1, Math.max(0.02, distance / 0.03));
}

/** The letter R, five dots by seven. */
const LETTER = ['1111.', '1...1', '1...1', '1111.', '1.1..', '1..1.', '1...1'];

function marker({ markerX, markerY, markerSize }: Anatomy, u: number, v: number): number {
  if (markerSize === 0) return 0;
  const row = Math.floor(((v - markerY) / markerSize) * 7);
  const column = Math.floor(((u - markerX) / markerSize) * 7);
  return LETTER[row]?.[column] === '1' ? 225 : 0;
}

/** Smooth noise in 0..1: random numbers on a lattice of unit cells, blended between. It repeats after 64 cells. */
function makeNoise(rng: Rng): Noise {
  const lattice = Float32Array.from({ length: 64 * 64 }, () => rng.uniform());
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const across = blend(x - column);
    const down = blend(y - row);
    const at = (i: number, j: number) => lattice[((row + j) & 63) * 64 + ((column + i) & 63)]!;
    const above = at(0, 0) + across * (at(1, 0) - at(0, 0));
    const below = at(0, 1) + across * (at(1, 1) - at(0, 1));
    return above + down * (below - above);
  };
}

function blend(t: number): number {
  return t * t * (3 - 2 * t);
}
