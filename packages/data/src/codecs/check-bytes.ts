import { describeValue } from '@cxr/image';

/**
 * Checks the bytes of a file.
 * @param what they are, for the message. @default "an image file's bytes"
 * @throws TypeError unless `bytes` is a Uint8Array (Node's Buffer is one).
 */
export function checkBytes(bytes: unknown, what: string = IMAGE): asserts bytes is Uint8Array {
  const kind = Object.prototype.toString.call(bytes).slice(8, -1);
  if (kind === 'Uint8Array') return;
  const path =
    kind === 'String' && what === IMAGE ? ' (readImage of @cxr/data/node reads a file by its path)' : '';
  const advice = ADVICE[kind] ?? (ArrayBuffer.isView(bytes) ? OF_ITS_BUFFER : path);
  throw new TypeError(`${what} must be a Uint8Array, not ${describeValue(bytes)}${advice}`);
}

const IMAGE = "an image file's bytes";

const OF_ITS_BUFFER = ': new Uint8Array(x.buffer, x.byteOffset, x.byteLength)';

const ADVICE: Record<string, string> = {
  ArrayBuffer: ': new Uint8Array(buffer)',
  SharedArrayBuffer: ': new Uint8Array(buffer)',
  Blob: ': new Uint8Array(await blob.arrayBuffer())',
  File: ': new Uint8Array(await file.arrayBuffer())',
  Response: ': new Uint8Array(await response.arrayBuffer())',
  Promise: ': await it',
};
