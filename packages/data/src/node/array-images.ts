import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import {
  CxrFileError,
  checkOptions,
  checkText,
  DEFAULT_MAX_PIXELS,
  type Image,
  type ImageSetOptions,
  imagesOf,
  type NamedImage,
  ndarray,
  withFile,
} from '@cxr/image';
import { type NpyHeader, npyHeaderLength, readNpyHeader, readNpyValues } from '../archives/npy.js';
import { arrayName } from '../archives/npz.js';
import { DEFLATE_LIMIT, HEADER, headerLength, type ZipEntry } from '../archives/zip-entries.js';
import { fileSystemError } from './file-system-error.js';
import { checkFile, FLAGS, readPart } from './read-whole-file.js';
import { ZipFile } from './zip-file.js';

/** Options of `openArrayImages`. */
export interface ArrayImagesOptions extends Pick<ImageSetOptions, 'range' | 'bits' | 'onWarning'> {
  /** The array of an .npz, without '.npy'. @default the only one of the form of images */
  name?: string | undefined;
}

/** The images of an array in a file. Each iteration reads the file anew. */
export interface ArrayImages extends AsyncIterable<NamedImage<Uint8Array | Uint16Array>> {
  /** Name of the array in an .npz, without '.npy'. */
  name: string | undefined;
  count: number;
  height: number;
  width: number;
  /** 1 or 3. */
  channels: 1 | 3;
}

/**
 * Opens the images in an .npy file, or in an array of an .npz file, plain or compressed: `[n, height, width]`, `[n, height, width, c]` or, as PyTorch
 * has them, `[n, c, height, width]`, c being 1 or 3; uint8, uint16, or float16, float32 and float64 in `range`. Only the header is read now; while images are
 * iterated there is one in memory at a time, whatever the file's size. They are named `file[0]` and so on. Nothing in a file is run: pickled objects are refused.
 *
 * @throws CxrFileError naming the file: 'not-found', 'unsupported' (another type or order of values), 'mismatch' (another shape, no or several arrays of images, or,
 * while reading, a value outside the range), 'truncated', 'corrupt', or 'too-large'; RangeError for unknown or invalid options.
 */
export async function openArrayImages(file: string, options: ArrayImagesOptions = {}): Promise<ArrayImages> {
  checkText('file', file);
  checkOptions<ArrayImagesOptions>('openArrayImages', options, {
    name: true,
    range: true,
    bits: true,
    onWarning: true,
  });
  const { name, range, bits, onWarning } = options;
  if (name !== undefined) checkText('name', name);
  // What is wrong with the options is said before the file is looked at.
  imagesOf([], { range, bits, onWarning });
  try {
    const source = /\.npz$/i.test(file) ? await findInZip(file, name) : await wholeFile(file, name);
    const form = formOf(source.header);
    return {
      name: source.name,
      ...form,
      [Symbol.asyncIterator]: () => readAll(file, source, form, { range, bits, onWarning }),
    };
  } catch (cause) {
    throw cause instanceof CxrFileError ? withFile(cause, file) : fileSystemError(cause, file);
  }
}

/** The names of the arrays in an .npz. @throws as `ZipFile.open`. */
export async function npzNames(file: string): Promise<string[]> {
  const zip = await ZipFile.open(file);
  await zip.close();
  return zip.entries.map((entry) => arrayName(entry.name));
}

/** Where the bytes of an .npy are: in a part of a file, maybe deflated. */
interface Source {
  name: string | undefined;
  start: number;
  /** Bytes in the file, and of the .npy. */
  packed: number;
  size: number;
  deflated: boolean;
  /** Of the .npy, where a zip has one. */
  crc: number | undefined;
  header: NpyHeader;
}

type Place = Omit<Source, 'header'>;

async function wholeFile(file: string, name: string | undefined): Promise<Source> {
  if (name !== undefined) throw new CxrFileError('mismatch', `an .npy has no array of the name ${name}`);
  const { size } = checkFile(await stat(file), file, Number.POSITIVE_INFINITY);
  const place = { name, start: 0, packed: size, size, deflated: false, crc: undefined };
  return { ...place, header: await headerAt(file, place) };
}

/** @throws CxrFileError 'mismatch' unless one array, or the one named, has the form of images. */
async function findInZip(file: string, name: string | undefined): Promise<Source> {
  const zip = await ZipFile.open(file);
  await zip.close();
  const found: Source[] = [];
  const others: string[] = [];
  for (const entry of zip.entries) {
    const own = arrayName(entry.name);
    if (name !== undefined && own !== name) continue;
    const place = await placeOf(file, entry, own);
    // A named array says itself what is wrong with it; others that are no images are passed over.
    const header = await headerAt(file, place).catch((error: unknown) => {
      if (name !== undefined || !(error instanceof CxrFileError)) throw error;
      others.push(`${own} (${error.reason})`);
      return undefined;
    });
    if (!header) continue;
    if (name !== undefined || isForm(header)) found.push({ ...place, header });
    else others.push(`${own} ${header.kind.dtype} [${header.shape}]`);
  }
  if (found.length === 1) return found[0]!;
  if (name !== undefined) throw new CxrFileError('mismatch', `an .npz without an array ${name}`);
  const reason =
    found.length === 0
      ? `no array of images, but ${others.slice(0, 8).join(', ') || 'none at all'}`
      : `several arrays of images, of which one must be named: ${found
          .map((one) => one.name)
          .slice(0, 8)
          .join(', ')}`;
  throw new CxrFileError('mismatch', reason);
}

async function placeOf(file: string, entry: ZipEntry, name: string): Promise<Place> {
  const { method, packed, size, offset, crc } = entry;
  if (method !== 0 && method !== 8)
    throw new CxrFileError('unsupported', `zip compression method ${method} (${name})`);
  const deflated = method === 8;
  if (deflated ? size > packed * DEFLATE_LIMIT : size !== packed)
    throw new CxrFileError('corrupt', `a broken zip: ${name} declares another size than it can have`);
  const handle = await open(file, FLAGS);
  try {
    const start = offset + headerLength(await readPart(handle, offset, HEADER, file), entry);
    if (start + packed > (await handle.stat()).size)
      throw new CxrFileError('corrupt', `a broken zip: ${name} lies outside the file`);
    return { name, start, packed, size, deflated, crc };
  } finally {
    await handle.close();
  }
}

async function headerAt(file: string, place: Place): Promise<NpyHeader> {
  const reader = new Reader(file, place);
  try {
    return await takeHeader(reader, place.size);
  } finally {
    await reader.close();
  }
}

async function takeHeader(reader: Reader, size: number): Promise<NpyHeader> {
  const start = await reader.take(Math.min(12, size));
  const length = npyHeaderLength(start);
  if (length > size) throw new CxrFileError('truncated', 'an npy file cut off in its header');
  const header = new Uint8Array(length);
  header.set(start.subarray(0, length));
  header.set(await reader.take(length - start.length), start.length);
  return readNpyHeader(header, size);
}

/** Axes of an array of images. */
interface Form {
  count: number;
  height: number;
  width: number;
  channels: 1 | 3;
}

const isChannels = (length: number | undefined): length is 1 | 3 => length === 1 || length === 3;
const DTYPES = ['uint8', 'uint16', 'float16', 'float32', 'float64'];

function isForm({ shape, kind }: NpyHeader): boolean {
  const four = shape.length === 4 && (isChannels(shape[3]) || isChannels(shape[1]));
  return DTYPES.includes(kind.dtype) && (shape.length === 3 || four);
}

/** @throws CxrFileError 'mismatch', 'unsupported' or 'too-large' for what are no images that can be read one by one. */
function formOf(header: NpyHeader): Form {
  const { shape, kind, reordered } = header;
  if (!DTYPES.includes(kind.dtype))
    throw new CxrFileError('unsupported', `images of ${kind.dtype}: they are ${DTYPES.join(', ')}`);
  if (!isForm(header))
    throw new CxrFileError(
      'mismatch',
      `an array [${shape}]: images are [n, h, w], [n, h, w, c] or [n, c, h, w], c 1 or 3`,
    );
  if (reordered)
    throw new CxrFileError('unsupported', 'images in Fortran order: save them with numpy.ascontiguousarray');
  const [count, a, b, c] = shape as [number, number, number, number | undefined];
  const form: Form = channelsFirst(shape)
    ? { count, channels: a as 1 | 3, height: b, width: c! }
    : { count, height: a, width: b, channels: (c ?? 1) as 1 | 3 };
  if (form.height * form.width > DEFAULT_MAX_PIXELS)
    throw new CxrFileError(
      'too-large',
      `images of ${form.width} × ${form.height} pixels, more than ${DEFAULT_MAX_PIXELS}`,
    );
  if (count > 0 && form.height * form.width === 0)
    throw new CxrFileError('mismatch', `images without pixels: [${shape}]`);
  return form;
}

function channelsFirst(shape: readonly number[]): boolean {
  return shape.length === 4 && !isChannels(shape[3]);
}

async function* readAll(
  file: string,
  source: Source,
  form: Form,
  options: ImageSetOptions,
): AsyncGenerator<NamedImage<Uint8Array | Uint16Array>, void, void> {
  try {
    yield* imagesOf(readRaw(file, source, form), options);
  } catch (error) {
    if (error instanceof RangeError)
      throw new CxrFileError('mismatch', error.message, { file, cause: error });
    throw error instanceof CxrFileError ? withFile(error, file) : error;
  }
}

async function* readRaw(file: string, source: Source, form: Form): AsyncGenerator<NamedImage, void, void> {
  const reader = new Reader(file, source);
  const { count, height, width, channels } = form;
  try {
    const header = await takeHeader(reader, source.size);
    for (let i = 0; i < count; i++) {
      const bytes = await reader.take(height * width * channels * header.kind.bytes);
      const values = readNpyValues(bytes, header);
      const data = values instanceof Float64Array ? Float32Array.from(values) : values;
      const pixels =
        channels === 3 && channelsFirst(header.shape) ? channelsLast(data as Pixels, height * width) : data;
      // Before the last image is given: what was read is then what was written.
      if (i === count - 1) reader.checkCrc();
      yield { name: `${file}[${i}]`, image: ndarray(pixels as Pixels, [height, width, channels]) as Image };
    }
  } finally {
    await reader.close();
  }
}

type Pixels = Uint8Array | Uint16Array | Float32Array;

function channelsLast(data: Pixels, size: number): Pixels {
  const out = data.slice();
  for (let i = 0; i < size; i++) for (let c = 0; c < 3; c++) out[3 * i + c] = data[c * size + i]!;
  return out;
}

/** Reads the bytes of a place one after the other. Close it. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #abort = new AbortController();
  readonly #place: Place;
  #rest: Uint8Array = new Uint8Array(0);
  #read = 0;
  #crc = 0;

  constructor(file: string, place: Place) {
    this.#place = place;
    this.#chunks = this.#open(file)[Symbol.asyncIterator]();
  }

  async *#open(file: string): AsyncGenerator<Uint8Array> {
    const { start, packed, deflated } = this.#place;
    if (packed === 0) return;
    const stream = createReadStream(file, { start, end: start + packed - 1 });
    const { signal } = this.#abort;
    if (!deflated) {
      try {
        yield* stream;
      } finally {
        stream.destroy();
      }
      return;
    }
    const inflate = createInflateRaw();
    const done = pipeline(stream, inflate, { signal });
    // Its error is also that of the iteration.
    done.catch(() => {});
    yield* inflate;
  }

  /** @throws CxrFileError 'truncated' or 'corrupt' where there are fewer. */
  async take(length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const some = this.#rest.subarray(0, length - at);
      out.set(some, at);
      at += some.length;
      this.#read += some.length;
      this.#rest = this.#rest.subarray(some.length);
    }
    if (this.#place.crc !== undefined) this.#crc = crc32(out, this.#crc);
    return out;
  }

  /** @throws CxrFileError 'corrupt' where all was read, and its checksum is another one. */
  checkCrc(): void {
    const { crc, size, name } = this.#place;
    if (crc !== undefined && this.#read === size && this.#crc !== crc)
      throw new CxrFileError('corrupt', `a broken zip: the checksum of ${name} does not match`);
  }

  async #next(): Promise<Uint8Array> {
    try {
      const { value, done } = await this.#chunks.next();
      if (!done) return value;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? '';
      if (!code.startsWith('Z_')) throw cause;
      throw new CxrFileError(
        'corrupt',
        `${this.#place.name} cannot be unpacked (${(cause as Error).message})`,
        { cause },
      );
    }
    throw new CxrFileError('truncated', `the values end after ${this.#read} of ${this.#place.size} bytes`);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#chunks.return?.().catch(() => undefined);
  }
}
