import { type Image, maximum, type Pixels, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { onBytes } from '../simd/on-bytes.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `hue`. */
export interface HueOptions extends TransformOptions {
  /** Rotation of the colour circle, −0.5..0.5; 1 is the whole circle. */
  shift: NumberRange;
}

/** What `hue` draws; units as in its options. */
export type HueParams = { readonly shift: number };

const LIMITS = { shift: [-0.5, 0.5] } as const;

/** Shifts the hue: torchvision's `adjust_hue`, with Pillow's rounding of hue, saturation and value to 8 bits. */
export function hue(options: HueOptions): Transform<HueParams> {
  checkOptions<HueOptions>('hue', options, { shift: true, p: true });
  const shift = checkRange('shift', options.shift, ...LIMITS.shift);
  return photometric({
    name: 'hue',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ shift: drawFrom(rng, shift) }),
    apply: (image, params) => turned(image, params.shift),
  });
}

function turned(image: Image, shift: number): Image {
  const source = raster(image);
  if (source.channels === 1) return image;
  const { data } = source;
  // Whole steps of 1/255 that wrap at 256, like torchvision's 8-bit additions.
  const turn = data instanceof Uint8Array ? Math.trunc(shift * 255) : shift;
  return toImage(turnedSimd(data, turn) ?? turnedPlain(data, turn), source, 3);
}

/** 8 bits in WebAssembly; null without it. */
function turnedSimd(data: Pixels, turn: number): Uint8Array | null {
  return onBytes(data, (kernels, { src, out, count }) => kernels.shiftHue(src, out, count / 3, turn, 1), {
    unit: 3,
  });
}

function turnedPlain(data: Pixels, turn: number): Pixels {
  const out = samplesLike(data, data.length);
  const max = maximum(data);
  const rounded = max === 255;
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!;
    const g = data[i + 1]!;
    const b = data[i + 2]!;
    const value = Math.max(r, g, b);
    const range = value - Math.min(r, g, b);
    const angle = range === 0 ? 0 : hueOf(r, g, b, value, range);
    const strength = range === 0 ? 0 : Math.fround(range / value);
    if (rounded) {
      const sixths = (((Math.trunc(angle * 255) + turn) & 255) * 6) / 255;
      store(out, i, sixths, Math.fround(Math.trunc(strength * 255) / 255), value, 0.5);
    } else {
      store(out, i, ((angle + turn + 1) % 1) * 6, strength, value, max === 1 ? 0 : 0.5);
    }
  }
  return out;
}

/** Angle on the colour circle, 0..1, in Pillow's single precision. */
function hueOf(r: number, g: number, b: number, value: number, range: number): number {
  const rc = Math.fround((value - r) / range);
  const gc = Math.fround((value - g) / range);
  const bc = Math.fround((value - b) / range);
  const sixths = r === value ? Math.fround(bc - gc) : g === value ? 2 + rc - bc : 4 + gc - rc;
  return Math.fround((Math.fround(sixths) / 6 + 1) % 1);
}

/** Hue, in sixths of the circle, saturation and value back to a colour; `bias` 0.5 rounds. */
function store(out: Pixels, i: number, sixths: number, strength: number, value: number, bias: number): void {
  const sector = Math.floor(sixths);
  const f = sixths - sector;
  const p = value * (1 - strength) + bias;
  const q = value * (1 - strength * f) + bias;
  const t = value * (1 - strength * (1 - f)) + bias;
  const k = sector % 6;
  out[i] = k === 0 || k === 5 ? value : k === 1 ? q : k === 4 ? t : p;
  out[i + 1] = k === 1 || k === 2 ? value : k === 0 ? t : k === 3 ? q : p;
  out[i + 2] = k === 3 || k === 4 ? value : k === 2 ? t : k === 5 ? q : p;
}
