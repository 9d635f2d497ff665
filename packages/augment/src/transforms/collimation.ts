import { type Image, maximum, raster, toImage } from '../image.js';
import { copyOf } from '../memory.js';
import { checkNumber, checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `collimation`. */
export interface CollimationOptions extends TransformOptions {
  /** Width of the border, drawn for each side, a fraction of width or height, 0..0.49. @default [0, 0.1] */
  margin?: NumberRange | undefined;
  /** Rotation of the collimator, degrees, −45..45. @default [-3, 3] */
  degrees?: NumberRange | undefined;
  /** Brightness of the border, 0 black to 1 white. @default 0 */
  level?: number | undefined;
}

/** What `collimation` draws: the border on each side, as fractions of width and height, and degrees. */
export type CollimationParams = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly degrees: number;
};

const MARGIN = [0, 0.49] as const;
const LIMITS = { left: MARGIN, top: MARGIN, right: MARGIN, bottom: MARGIN, degrees: [-45, 45] } as const;

/**
 * The border that a collimator leaves: no X-rays fall outside its four straight edges, and viewers show it black. A network may
 * recognise a hospital by its borders, so vary them. Masks and boxes stay.
 */
export function collimation(options: CollimationOptions = {}): Transform<CollimationParams> {
  checkOptions<CollimationOptions>('collimation', options, {
    margin: true,
    degrees: true,
    level: true,
    p: true,
  });
  const margin = checkRange('margin', options.margin ?? [0, 0.1], ...MARGIN);
  const degrees = checkRange('degrees', options.degrees ?? [-3, 3], ...LIMITS.degrees);
  const level = checkNumber('level', options.level ?? 0, 0, 1);
  return photometric({
    name: 'collimation',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({
      left: drawFrom(rng, margin),
      top: drawFrom(rng, margin),
      right: drawFrom(rng, margin),
      bottom: drawFrom(rng, margin),
      degrees: drawFrom(rng, degrees),
    }),
    apply: (image, params) => bordered(image, params, level),
  });
}

function bordered(image: Image, params: CollimationParams, level: number): Image {
  const source = raster(image);
  const { width, height, channels } = source;
  const out = copyOf(source.data);
  const value = level * maximum(out);
  const angle = params.degrees * (Math.PI / 180);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = 0; y < height; y++) {
    const v = y + 0.5 - height / 2;
    // In the collimator's frame, u' = u cos − v sin and v' = u sin + v cos must lie within its edges.
    const across = between(cos, -v * sin, (params.left - 0.5) * width, (0.5 - params.right) * width);
    const down = between(sin, v * cos, (params.top - 0.5) * height, (0.5 - params.bottom) * height);
    const first = Math.max(across[0], down[0]) + width / 2 - 0.5;
    const last = Math.min(across[1], down[1]) + width / 2 - 0.5;
    const from = Math.max(0, Math.min(width, Math.ceil(first)));
    const to = Math.max(from, Math.min(width, Math.floor(last) + 1));
    out.fill(value, y * width * channels, (y * width + from) * channels);
    out.fill(value, (y * width + to) * channels, (y + 1) * width * channels);
  }
  return toImage(out, source, channels);
}

/** The u for which low ≤ slope × u + offset ≤ high. */
function between(slope: number, offset: number, low: number, high: number): [number, number] {
  if (slope === 0) return offset >= low && offset <= high ? [-Infinity, Infinity] : [Infinity, -Infinity];
  const ends = [(low - offset) / slope, (high - offset) / slope];
  return [Math.min(...ends), Math.max(...ends)];
}
