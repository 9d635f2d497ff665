import type { Image, Pixels } from './image.js';

/** Smaller arrays, in bytes, are not reused: allocating them is fast. */
const SMALL = 2 ** 12;
/** Maximum number of bytes that wait for reuse. */
const MAX_WAITING = 2 ** 26;

/** Buffers that wait for reuse, by length. */
const spare = new Map<number, ArrayBuffer[]>();
let waiting = 0;
/** Buffers made here that are in use: only these may be handed back. */
const lent = new WeakSet<ArrayBufferLike>();

/**
 * Hands back the memory of a result that is no longer needed, for example after it was copied into a batch: the next result of
 * the same size uses it. Worth it for large images, since mapping fresh memory may take longer than a flip. Images that are not
 * results of this package, or are already handed back, are ignored. Do not read the image afterwards.
 */
export function recycle(image: Image): void {
  const { buffer } = image.data;
  if (!(buffer instanceof ArrayBuffer) || !lent.delete(buffer) || waiting + buffer.byteLength > MAX_WAITING)
    return;
  waiting += buffer.byteLength;
  const same = spare.get(buffer.byteLength);
  if (same) same.push(buffer);
  else spare.set(buffer.byteLength, [buffer]);
}

/** An array of the same type with arbitrary contents. */
export function samplesLike<T extends Pixels>(like: T, length: number): T {
  const Samples = typeOf(like);
  const bytes = length * like.BYTES_PER_ELEMENT;
  if (bytes < SMALL) return new Samples(length);
  let buffer = spare.get(bytes)?.pop();
  if (buffer) waiting -= bytes;
  else buffer = new ArrayBuffer(bytes);
  lent.add(buffer);
  return new Samples(buffer);
}

/** Not `like.constructor`: Node's Buffer is a Uint8Array too. */
function typeOf<T extends Pixels>(like: T): new (from: number | ArrayBuffer) => T {
  const Type =
    like instanceof Uint8Array ? Uint8Array : like instanceof Uint16Array ? Uint16Array : Float32Array;
  return Type as unknown as new (
    from: number | ArrayBuffer,
  ) => T;
}

/** A copy of part of an array. */
export function copyOf<T extends Pixels>(data: T, start: number = 0, end: number = data.length): T {
  const copy = samplesLike(data, end - start);
  copy.set(data.subarray(start, end));
  return copy;
}
