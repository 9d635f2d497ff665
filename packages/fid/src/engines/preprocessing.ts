import {
  checkOptions,
  dimensions,
  type Image,
  image,
  pixels,
  type ResizeFilter,
  resizePillow,
  resizePillowFloat,
  toGrey8,
  toRgb8,
} from '@cxr/image';

/** How an image of any size becomes an encoder's input. Plain data, so it can be kept as JSON. */
export interface Preprocessing {
  /** Height and width of the input in pixels, at least 1. */
  size: number;
  /**
   * What happens to images that are not square. `after`: the shorter side is brought to `shorter`, then the middle is cut out, as torchvision's
   * Resize and CenterCrop do. `before`: the largest square in the middle is cut out, then brought to `size`. `none`: both sides are brought to
   * `size`, and the shape changes. @default 'after'
   */
  crop?: 'after' | 'before' | 'none' | undefined;
  /** The shorter side before the crop, at least `size`; only with `crop: 'after'`. @default size */
  shorter?: number | undefined;
  /** Pillow's filter of that name. @default 'bicubic' */
  filter?: ResizeFilter | undefined;
  /** Whether the resized pixels are rounded to bytes, as Pillow's are, or stay floats. @default true */
  round?: boolean | undefined;
  /** 1 for grey, 3 for RGB; grey images get three equal channels. @default 3 */
  channels?: 1 | 3 | undefined;
  /** Of each channel, in 0..1: the input is (pixel / 255 − mean) / std. @default 0 */
  mean?: readonly number[] | undefined;
  /** Of each channel, above 0. @default 1 */
  std?: readonly number[] | undefined;
  /** Order of the input's axes. @default 'NCHW' */
  layout?: 'NCHW' | 'NHWC' | undefined;
}

/** With all defaults. */
export type FullPreprocessing = { readonly [Key in keyof Preprocessing]-?: NonNullable<Preprocessing[Key]> };

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * The preprocessing of well-known encoders. `imagenet`: torchvision's classifiers. `dinov2`: DINOv2 and RAD-DINO's form of it. `clip`: OpenAI's CLIP
 * with 224 pixels. `xrv`: torchxrayvision's 224-pixel models, grey in −1024..1024 (it resizes by skimage, whose antialiasing is another:
 * there the input differs by a few grey levels of 255).
 */
export const PREPROCESSINGS: Readonly<Record<'imagenet' | 'dinov2' | 'clip' | 'xrv', Preprocessing>> = {
  imagenet: { size: 224, shorter: 256, filter: 'bilinear', ...IMAGENET },
  dinov2: { size: 224, shorter: 256, filter: 'bicubic', ...IMAGENET },
  clip: {
    size: 224,
    filter: 'bicubic',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  xrv: {
    size: 224,
    crop: 'before',
    filter: 'bilinear',
    round: false,
    channels: 1,
    mean: [0.5],
    std: [1 / 2048],
  },
};

/** The name of a preprocessing that is ready-made. */
export type PreprocessingName = keyof typeof PREPROCESSINGS;

/**
 * A preprocessing with all defaults.
 * @throws RangeError naming an unknown name, option or value; TypeError for what is neither a name nor an object.
 */
export function resolvePreprocessing(given: PreprocessingName | Preprocessing): FullPreprocessing {
  if (typeof given === 'string') {
    if (Object.hasOwn(PREPROCESSINGS, given)) return resolvePreprocessing(PREPROCESSINGS[given]);
    const known = Object.keys(PREPROCESSINGS).join(', ');
    throw new RangeError(`unknown preprocessing: ${given} (known: ${known}, or an object)`);
  }
  checkOptions<Preprocessing>('a preprocessing', given, {
    size: true,
    crop: true,
    shorter: true,
    filter: true,
    round: true,
    channels: true,
    mean: true,
    std: true,
    layout: true,
  });
  const { size, crop = 'after', filter = 'bicubic', round = true, channels = 3, layout = 'NCHW' } = given;
  const { shorter = size, mean = Array(channels).fill(0), std = Array(channels).fill(1) } = given;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
  const areNumbers = (value: unknown, accept: (one: number) => boolean): boolean =>
    Array.isArray(value) &&
    value.length === channels &&
    value.every((one) => Number.isFinite(one) && accept(one));
  const checks: [name: keyof Preprocessing, ok: boolean, expected: string][] = [
    ['size', isCount(size) && size <= MAX_SIZE, `a whole number, 1 to ${MAX_SIZE}`],
    ['crop', ['after', 'before', 'none'].includes(crop), 'after, before or none'],
    ['shorter', isCount(shorter) && shorter <= MAX_SIZE, `a whole number, 1 to ${MAX_SIZE}`],
    ['shorter', shorter >= size, `at least size, ${size}`],
    ['shorter', shorter === size || crop === 'after', "only with crop: 'after'"],
    ['filter', FILTERS.includes(filter), FILTERS.join(', ')],
    ['round', typeof round === 'boolean', 'true or false'],
    ['channels', channels === 1 || channels === 3, '1 or 3'],
    ['mean', areNumbers(mean, () => true), 'a number for each channel'],
    ['std', areNumbers(std, (one) => one > 0), 'a number above 0 for each channel'],
    ['layout', layout === 'NCHW' || layout === 'NHWC', 'NCHW or NHWC'],
  ];
  const wrong = checks.find(([, ok]) => !ok);
  if (wrong) throw new RangeError(`invalid ${wrong[0]}: ${JSON.stringify(given[wrong[0]])} (${wrong[2]})`);
  return { size, crop, shorter, filter, round, channels, mean, std, layout };
}

/** Pixels of an image between resize and crop: 64 MiB a channel. */
const MAX_RESIZED = 2 ** 26;
/** Larger inputs than any encoder has would only take memory. */
const MAX_SIZE = 4096;
const FILTERS: readonly ResizeFilter[] = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];

/** An image as pixels `[size, size, channels]`, row-major, 0 to 255; the engine scales them. */
export function preprocess(source: Image, how: FullPreprocessing): Uint8Array | Float32Array {
  const { size, crop, shorter, channels } = how;
  const [height, width, stored] = dimensions(source);
  // A grey image is resized as one channel even for RGB: three equal channels would give the same values.
  let fitted: Image = channels === 1 || stored === 1 ? toGrey8(source) : toRgb8(source);
  if (crop === 'before') fitted = resize(centre(fitted, Math.min(height, width), halves), size, size, how);
  else if (crop === 'none') fitted = resize(fitted, size, size, how);
  else {
    const long = Math.trunc((shorter * Math.max(height, width)) / Math.min(height, width));
    if (long * shorter > MAX_RESIZED) {
      throw new RangeError(
        `an image of ${width} × ${height} is too narrow: its shorter side cannot be brought to ${shorter}`,
      );
    }
    const [h, w] = height < width ? [shorter, long] : [long, shorter];
    fitted = centre(resize(fitted, w, h, how), size, (length, side) => roundHalfEven((length - side) / 2));
  }
  return channels === 3 && stored === 1 ? triple(fitted) : (pixels(fitted) as Uint8Array | Float32Array);
}

function resize(source: Image, width: number, height: number, { filter, round }: FullPreprocessing): Image {
  const [h, w] = dimensions(source);
  if (!round) return resizePillowFloat(source, width, height, filter);
  return h === height && w === width ? source : resizePillow(source, width, height, filter);
}

/** The middle square; `place` gives its first pixel in a row or column of some length. */
function centre(source: Image, side: number, place: (length: number, side: number) => number): Image {
  const [height, width, channels] = dimensions(source);
  if (height === side && width === side) return source;
  const [top, left] = [place(height, side), place(width, side)];
  const data = pixels(source);
  const row = side * channels;
  const out = data instanceof Float32Array ? new Float32Array(side * row) : new Uint8Array(side * row);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * channels;
    out.set(data.subarray(from, from + row), y * row);
  }
  return image(out, side, side, channels);
}

/** As torchxrayvision places its square. */
const halves = (length: number, side: number): number => Math.floor(length / 2) - Math.floor(side / 2);

/** As Python rounds. @param value a multiple of a half, from 0 on */
function roundHalfEven(value: number): number {
  return value % 2 === 0.5 ? Math.floor(value) : Math.round(value);
}

/** Three equal channels. */
function triple(source: Image): Uint8Array | Float32Array {
  const data = pixels(source);
  const out =
    data instanceof Float32Array ? new Float32Array(3 * data.length) : new Uint8Array(3 * data.length);
  for (let i = 0; i < out.length; i++) out[i] = data[Math.trunc(i / 3)]!;
  return out;
}
