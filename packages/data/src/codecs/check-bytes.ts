/** @throws TypeError unless `bytes` is a Uint8Array (Node's Buffer is one). */
export function checkBytes(bytes: unknown): asserts bytes is Uint8Array {
  const kind = Object.prototype.toString.call(bytes).slice(8, -1);
  if (kind === 'Uint8Array') return;
  const advice = ADVICE[kind] ?? (ArrayBuffer.isView(bytes) ? OF_ITS_BUFFER : '');
  throw new TypeError(`an image file's bytes must be a Uint8Array, not ${describe(bytes, kind)}${advice}`);
}

const OF_ITS_BUFFER = ': new Uint8Array(x.buffer, x.byteOffset, x.byteLength)';

const ADVICE: Record<string, string> = {
  ArrayBuffer: ': new Uint8Array(buffer)',
  SharedArrayBuffer: ': new Uint8Array(buffer)',
  Blob: ': new Uint8Array(await blob.arrayBuffer())',
  File: ': new Uint8Array(await file.arrayBuffer())',
  Response: ': new Uint8Array(await response.arrayBuffer())',
  Promise: ': await it',
  String: ' (readImage of @cxr/data/node reads a file by its path)',
};

function describe(value: unknown, kind: string): string {
  return typeof value === 'string' ? `the string ${JSON.stringify(value.slice(0, 80))}` : kind;
}
