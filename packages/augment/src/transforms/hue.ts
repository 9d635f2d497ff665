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

/** The tables of the kernel: see assembly/color.ts. */
function hueTables(): { fractions: Float64Array; orders: Uint32Array; strengths: Float64Array } {
  const hues = Array.from({ length: 256 }, (_, hue) => (hue * 6) / 255);
  // Which of value (0), q (1), p (2) and t (3) are red, green and blue in each sixth of the circle.
  const sixths = [0x020300, 0x020001, 0x030002, 0x000102, 0x000203, 0x010200];
  return {
    fractions: Float64Array.from(hues, (hue) => hue - Math.floor(hue)),
    orders: Uint32Array.from(hues, (hue) => sixths[Math.floor(hue) % 6]!),
    strengths: Float64Array.from({ length: 256 }, (_, level) => Math.fround(level / 255)),
  };
}

let tables: ReturnType<typeof hueTables> | undefined;

/** 8 bits in WebAssembly; null without it. */
function turnedSimd(data: Pixels, turn: number): Uint8Array | null {
  tables ??= hueTables();
  const { fractions, orders, strengths } = tables;
  const places = [0, fractions.byteLength, fractions.byteLength + strengths.byteLength];
  let [first, second, third] = [0, 0, 0];
  return onBytes(
    data,
    (kernels, { src, out, count }) => kernels.shiftHue(src, out, count / 3, turn, first, third, second),
    {
      unit: 3,
      extra: places[2]! + orders.byteLength,
      prepare({ bytes, at }) {
        [first, second, third] = places.map((place) => at[2]! + place) as [number, number, number];
        new Float64Array(bytes.buffer, first, 256).set(fractions);
        new Float64Array(bytes.buffer, second, 256).set(strengths);
        new Uint32Array(bytes.buffer, third, 256).set(orders);
      },
    },
  );
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
