import type { NdArray } from 'ndarray';
import { BitsMonitor, checkBits, scaleBits } from './bits.js';
import { checkWholeNumber } from './check-arguments.js';
import { checkOptions } from './check-options.js';
import { describeValue } from './describe-value.js';
import type { Image, IntegerImage, NamedImage, Pixels } from './image.js';
import { checkPixelData, dimensions, pixels } from './image.js';
import { ndarray } from './ndarray.js';
import { toBytes } from './to-bytes.js';
import { checkRange, UNIT_RANGE, type ValueRange } from './value-range.js';

/** Images of one size in one array, `[n, height, width, channels]`. */
export interface BatchLike<T extends Pixels = Pixels> {
  data: T;
  shape: readonly number[];
  /** The values of black and white in float data, [−1, 1] for a GAN's. @default the range of the whole set */
  range?: ValueRange | undefined;
}

/** A tensor of TensorFlow.js, or anything of its form: `[n, height, width, channels]`, float32 or int32 (0..255). */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  data(): Promise<Float32Array | Int32Array | Uint8Array>;
}

/** One item of a set: an image, an image with its name, a function that loads one, or a batch of images. */
export type ImageItem =
  | Image
  | NamedImage
  | BatchLike
  | TensorLike
  | (() => Image | NamedImage | Promise<Image | NamedImage>);

/**
 * A set of images: a batch, `[n, height, width, channels]`, as an ndarray, a tensor or `{ data, shape }`; or an array or
 * any other iterable or async iterable of images or batches, such as `readImages(files)` or `streamBatches(files, …)`.
 *
 * Values mean the same everywhere: Uint8 in 0..255, Uint16 in 0..65535, Float32 in 0..1 unless an option or the batch itself
 * names another `range`. A float outside the range is refused.
 */
export type ImageSet =
  | Iterable<ImageItem>
  | AsyncIterable<ImageItem>
  | NdArray<Pixels>
  | BatchLike
  | TensorLike;

/** Options of `imagesOf`. */
export interface ImageSetOptions {
  /** The values of black and white in float images. A batch with a `range` of its own keeps that. @default [0, 1] */
  range?: ValueRange | undefined;
  /**
   * Bits that the samples of Uint16 images use, 1 to 16: 12 if they are in 0..4095. They are scaled as by `scaleBits`. Only for
   * images in memory: `readImages` has its own option `bits` and gives images at full scale.
   * @default 16
   */
  bits?: number | undefined;
  /** Called at most once, after the last image, if the 16-bit images use so few bits that `bits` seems to be missing. @default none */
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * The images of a set one after the other, each with a name (`image 0` and so on if it has none). Floats are rounded to 8 bits;
 * whole numbers stay as they are.
 * @throws TypeError at once if it is no set of images; RangeError at once for an unknown or invalid option. While reading: TypeError for
 * what is no image; RangeError for a float outside the range, or a sample of more than `bits` bits.
 */
export function imagesOf(
  set: ImageSet,
  options: ImageSetOptions = {},
): AsyncGenerator<NamedImage<Uint8Array | Uint16Array>, void, void> {
  assertImageSet(set);
  checkOptions<ImageSetOptions>('imagesOf', options, { range: true, bits: true, onWarning: true });
  if (options.bits !== undefined) checkBits(options.bits);
  if (options.range !== undefined) checkRange(options.range);
  return readSet(set, options);
}

async function* readSet(
  set: ImageSet,
  { range = UNIT_RANGE, bits, onWarning }: ImageSetOptions,
): AsyncGenerator<NamedImage<Uint8Array | Uint16Array>, void, void> {
  const bitsMonitor = new BitsMonitor(bits === undefined ? onWarning : undefined);
  let index = 0;
  for await (const item of itemsOf(set)) {
    const loaded = typeof item === 'function' ? await item() : item;
    for await (const { name = `image ${index}`, image, label, range: own = range } of namedImages(loaded)) {
      const whole = naming(name, () => toIntegers(image, own, bits));
      bitsMonitor.inspect(image);
      yield { name, image: whole, label };
      index++;
    }
  }
  bitsMonitor.finish();
}

/** Checks the form of a set of images without reading from it. @throws TypeError if it is no set of images. */
export function assertImageSet(set: unknown): asserts set is ImageSet {
  if (set === null || typeof set !== 'object') {
    const advice =
      typeof set === 'string' ? ': to read a folder, pass readImages(await listImages(folder))' : '';
    throw new TypeError(`not a set of images: ${describeValue(set)}${advice}`);
  }
  if (Symbol.iterator in set || Symbol.asyncIterator in set || ('shape' in set && 'data' in set)) return;
  const missing = 'shape' in set ? ' without data' : 'data' in set ? ' without a shape' : '';
  throw new TypeError(`not a set of images: ${describeValue(set)}${missing}`);
}

function itemsOf(set: ImageSet): Iterable<ImageItem> | AsyncIterable<ImageItem> {
  if (Symbol.iterator in set || Symbol.asyncIterator in set) return set;
  return [set as BatchLike | TensorLike];
}

interface SetImage {
  name?: string | undefined;
  image: Image;
  label?: number | undefined;
  range?: ValueRange | undefined;
}

async function* namedImages(
  item: Image | NamedImage | BatchLike | TensorLike,
): AsyncGenerator<SetImage, void, void> {
  if (item === null || typeof item !== 'object') throw new TypeError(`not an image: ${describeValue(item)}`);
  if ('image' in item) yield item;
  else if (typeof item.data === 'function') yield* unstack(await readTensor(item as TensorLike));
  else if ((item.shape as readonly number[] | undefined)?.length === 4) yield* unstack(item as BatchLike);
  else yield { image: item as Image };
}

/** @throws RangeError for whole numbers outside 0..255. */
async function readTensor(tensor: TensorLike): Promise<BatchLike> {
  const data = await tensor.data();
  if (data instanceof Float32Array) return { data, shape: tensor.shape };
  if (!(data instanceof Int32Array || data instanceof Uint8Array)) {
    throw new TypeError(`a tensor of images is float32 or int32, not ${describeValue(data)}`);
  }
  const wrong = data.find((value) => value < 0 || value > 255);
  if (wrong !== undefined) throw new RangeError(`a sample of ${wrong} in an ${tensor.dtype} tensor (0..255)`);
  return { data: Uint8Array.from(data), shape: tensor.shape };
}

function* unstack(batch: BatchLike | NdArray<Pixels>): Generator<SetImage, void, void> {
  const { data, shape } = batch;
  checkPixelData(data);
  if (shape?.length !== 4) throw new TypeError(`a batch of images is [n, h, w, c]: [${shape}]`);
  checkWholeNumber('number of images', shape[0], 0);
  const [count, height, width, channels] = shape as [number, number, number, number];
  const { range } = batch as BatchLike;
  if ('pick' in batch) {
    for (let n = 0; n < count; n++) yield { image: batch.pick(n, null, null, null), range };
    return;
  }
  const size = height * width * channels;
  if (data.length !== count * size) {
    throw new RangeError(`invalid data length: ${data.length} for [${shape}]`);
  }
  for (let n = 0; n < count; n++) {
    const one = data.subarray(n * size, (n + 1) * size);
    yield { image: ndarray(one, [height, width, channels]) as Image, range };
  }
}

function toIntegers(source: Image, range: ValueRange, bits: number | undefined): IntegerImage {
  const shape = dimensions(source);
  const data = pixels(source);
  if (data instanceof Float32Array) return ndarray(toBytes(data, range), shape) as IntegerImage;
  if (bits !== undefined) return scaleBits(source as IntegerImage, bits);
  return 'pick' in source ? (source as IntegerImage) : (ndarray(data, shape) as IntegerImage);
}

function naming<T>(name: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${name}: ${error.message}`);
    throw error instanceof TypeError ? new TypeError(`${name}: ${error.message}`) : error;
  }
}
