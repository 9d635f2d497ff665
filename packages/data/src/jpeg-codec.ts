import decode, { init } from '@jsquash/jpeg/decode.js';
import type { Codec } from './codec.js';
import { CxrFileError } from './cxr-file-error.js';
import { type Image, image } from './image.js';
import type { ImageHeader } from './image-header.js';

/** JPEG by mozjpeg compiled to WebAssembly: the same pixels as libjpeg-turbo, which Pillow uses. */
export const jpegCodec: Codec = {
  name: 'mozjpeg-wasm',
  formats: ['jpeg'],
  async decode(bytes, header) {
    if (header.channels !== 1 && header.channels !== 3) {
      throw new CxrFileError('unsupported', `a JPEG with ${header.channels} components (1 or 3)`);
    }
    if (!hasEndMarker(bytes)) throw new CxrFileError('truncated', 'the JPEG is cut off');
    await ready();
    return toImage(await decodeRgba(bytes), header);
  },
};

let loading: Promise<unknown> | undefined;

/** In browsers the module fetches itself; Node's fetch knows no files, so there the bytes are read by hand. */
function ready(): Promise<unknown> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  // Asking Node for its modules by name, not by import, keeps this file free of them for bundlers.
  const nodeModule = process?.getBuiltinModule?.('node:module') as typeof import('node:module') | undefined;
  const nodeFs = process?.getBuiltinModule?.('node:fs') as typeof import('node:fs') | undefined;
  if (!nodeModule || !nodeFs) return;
  const file = nodeModule.createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  const compiled = await WebAssembly.compile(new Uint8Array(nodeFs.readFileSync(file)));
  await (init as unknown as (compiled: WebAssembly.Module) => Promise<void>)(compiled);
}

async function decodeRgba(bytes: Uint8Array): Promise<ImageData> {
  try {
    return await decode(bytes as unknown as ArrayBuffer, { preserveOrientation: false });
  } catch (cause) {
    throw new CxrFileError('corrupt', 'a broken JPEG', { cause });
  }
}

function toImage({ data, width, height }: ImageData, { channels }: ImageHeader): Image {
  const kept = channels === 1 ? 1 : 3;
  const plain = new Uint8Array(width * height * kept);
  for (let i = 0, from = 0; i < plain.length; from += 4) {
    plain[i++] = data[from]!;
    if (kept === 3) {
      plain[i++] = data[from + 1]!;
      plain[i++] = data[from + 2]!;
    }
  }
  return image(plain, height, width, kept);
}

/** A whole JPEG ends in EOI; some writers leave bytes behind it. */
function hasEndMarker(bytes: Uint8Array): boolean {
  let at = bytes.lastIndexOf(0xd9);
  while (at > 0 && bytes[at - 1] !== 0xff) at = bytes.lastIndexOf(0xd9, at - 1);
  return at > 0;
}
