import { CxrFileError, fromImageData, type IntegerImage, image, pixels } from '@cxr/image';
import type { Codec } from './codec.js';
import { DecoderLoadError, loadWasm, type WasmDecoder } from './load-wasm.js';
import { checkWebp, firstWebpFrame, isAnimatedWebp, type WebpFrame } from './webp-frames.js';

/**
 * WebP by libwebp compiled to WebAssembly, alpha dropped: always RGB, as in Pillow. Of an animation it takes the first
 * frame, on black. It is loaded when it is needed.
 */
export const webpCodec: Codec = {
  name: 'libwebp-wasm',
  formats: ['webp'],
  async decode(bytes) {
    checkWebp(bytes);
    return isAnimatedWebp(bytes) ? onCanvas(firstWebpFrame(bytes)) : decodeStill(bytes);
  },
};

async function decodeStill(bytes: Uint8Array): Promise<IntegerImage> {
  const decode = await ready();
  try {
    return fromImageData(await decode(bytes as unknown as ArrayBuffer));
  } catch (cause) {
    // The failed decoder does not free its memory: the next image gets a new one.
    loading = undefined;
    throw new CxrFileError('corrupt', 'a broken WebP', { cause });
  }
}

async function onCanvas(frame: WebpFrame): Promise<IntegerImage> {
  const { left, top, width, height, canvasWidth, canvasHeight } = frame;
  const decoded = await decodeStill(frame.file);
  if (decoded.shape[0] !== height || decoded.shape[1] !== width) {
    throw new CxrFileError('corrupt', 'an animated WebP whose frame is not of the size it declares');
  }
  const data = pixels(decoded);
  const canvas = new Uint8Array(3 * canvasWidth * canvasHeight);
  for (let y = 0; y < height; y++) {
    canvas.set(data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * canvasWidth + left));
  }
  return image(canvas, canvasHeight, canvasWidth, 3);
}

type Decode = (bytes: ArrayBuffer) => Promise<ImageData>;

const DECODER: WasmDecoder = {
  name: 'WebP',
  file: '@jsquash/webp/codec/dec/webp_dec.wasm',
  embedded: () => import('../../wasm/webp.js'),
};

let loading: Promise<Decode> | undefined;

async function ready(): Promise<Decode> {
  loading ??= load();
  try {
    return await loading;
  } catch (error) {
    // The next image tries again.
    loading = undefined;
    throw error;
  }
}

async function load(): Promise<Decode> {
  const { default: decode, init } = await loadScript();
  await loadWasm(DECODER, init);
  return decode;
}

async function loadScript(): Promise<typeof import('@jsquash/webp/decode.js')> {
  try {
    return await import('@jsquash/webp/decode.js');
  } catch (cause) {
    throw new DecoderLoadError(DECODER.name, cause);
  }
}
