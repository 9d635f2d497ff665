import { CxrFileError, fromImageData } from '@cxr/image';
import type { Codec } from './codec.js';
import { DecoderLoadError, loadWasm, type WasmDecoder } from './load-wasm.js';

/** WebP by libwebp compiled to WebAssembly, alpha dropped: always RGB, as Pillow has it. It is loaded when it is needed. */
export const webpCodec: Codec = {
  name: 'libwebp-wasm',
  formats: ['webp'],
  async decode(bytes) {
    // RIFF's length, behind which nothing is read, leaves out the eight bytes up to it.
    const length = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    if (bytes.length < length) throw new CxrFileError('truncated', 'the WebP is cut off');
    const decode = await ready();
    try {
      return fromImageData(await decode(bytes as unknown as ArrayBuffer));
    } catch (cause) {
      // What the decoder had allocated is lost to it: the next image gets a fresh one.
      loading = undefined;
      throw new CxrFileError('corrupt', 'a broken WebP', { cause });
    }
  },
};

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
