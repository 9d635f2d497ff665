import type { Codec } from './codec.js';
import { CxrFileError } from './cxr-file-error.js';
import { image } from './image.js';
import { loadWasm } from './load-wasm.js';
import { withoutAlpha } from './without-alpha.js';

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
      const { data, width, height } = await decode(bytes as unknown as ArrayBuffer);
      return image(withoutAlpha(data, width * height), height, width, 3);
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
