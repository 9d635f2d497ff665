import { CxrFileError, fromImageData } from '@cxr/image';
import type { Codec } from './codec.js';
import { loadWasm } from './load-wasm.js';

/** WebP by libwebp compiled to WebAssembly, alpha dropped: always RGB, as Pillow has it. It is loaded when it is needed. */
export const webpCodec: Codec = {
  name: 'libwebp-wasm',
  formats: ['webp'],
  async decode(bytes) {
    // RIFF's length, behind which nothing is read, leaves out the eight bytes up to it.
    const length = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    if (bytes.length < length) throw new CxrFileError('truncated', 'the WebP is cut off');
    loading ??= load();
    const decode = await loading;
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

let loading: Promise<Decode> | undefined;

async function load(): Promise<Decode> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  await loadWasm('@jsquash/webp/codec/dec/webp_dec.wasm', init);
  return decode;
}
