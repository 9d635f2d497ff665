import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { checkOptions, dimensions, type Image, toGrey8, toRgb8 } from '@cxr/image';
import encode, { init } from '@jsquash/jpeg/encode.js';

/** Options of `encodeJpeg`. */
export interface EncodeJpegOptions {
  /** 1 to 100, libjpeg's scale. @default 75, as in Pillow */
  quality?: number | undefined;
}

/**
 * A baseline JPEG of an image, grey or RGB as the image is, by mozjpeg compiled to WebAssembly with the standard's quantisation
 * tables and, for RGB, colours of half the size (4:2:0), as Pillow writes them. mozjpeg rounds coefficients so that files become
 * smaller, so the pixels differ a little from those of Pillow's file of the same quality. 16-bit and float images become 8-bit.
 *
 * @throws RangeError for a wrong quality or unknown options; TypeError if it is no image.
 */
export async function encodeJpeg(source: Image, options: EncodeJpegOptions = {}): Promise<Uint8Array> {
  checkOptions<EncodeJpegOptions>('encodeJpeg', options, { quality: true });
  const { quality = 75 } = options;
  if (!(Number.isSafeInteger(quality) && quality >= 1 && quality <= 100))
    throw new RangeError(`invalid quality: ${quality} (a whole number from 1 to 100)`);
  const [height, width, channels] = dimensions(source);
  const grey = channels === 1;
  const { data } = grey ? toGrey8(source) : toRgb8(source);
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[grey ? i : 3 * i + c]!;
  loading ??= load();
  await loading;
  const file = await encode({ data: rgba, width, height, colorSpace: 'srgb' } as ImageData, {
    quality,
    baseline: true,
    progressive: false,
    color_space: grey ? GREY : YCBCR,
    quant_table: 0,
    auto_subsample: false,
    chroma_subsample: 2,
  });
  return new Uint8Array(file);
}

/** mozjpeg's numbers of colour spaces. */
const [GREY, YCBCR] = [1, 3];

let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const file = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  // The package's types leave out the form with a compiled module.
  const initialise = init as unknown as (module: WebAssembly.Module, options: object) => Promise<void>;
  await initialise(await WebAssembly.compile(await readFile(file)), { print() {}, printErr() {} });
}
