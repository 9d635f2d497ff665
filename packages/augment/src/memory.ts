import type { Image, Pixels } from './image.js';

/** Below this many bytes the allocator itself is quick. */
const SMALL = 2 ** 16;
/** At most so many bytes wait to be used again. */
const MAX_WAITING = 2 ** 26;

/** Buffers that wait, by length. */
const spare = new Map<number, ArrayBuffer[]>();
let waiting = 0;
/** Buffers that were made here and are in use: no other may come back. */
const lent = new WeakSet<ArrayBufferLike>();

/**
 * Hands the memory of a result that nobody needs any more, say since it was copied into a batch, to the next result of the
 * same size. Worth it for large images: a system may take longer to map fresh memory than a flip takes. An image that is
 * not a result of this package, or is handed back already, is left alone.
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

/** An array of the same type, with anything in it. */
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

/** Not its `constructor`: Node's Buffer is a Uint8Array, too. */
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
