/** The part of fflate's streams used here: `Inflate`, `Unzlib`. */
interface InflateStream {
  push(chunk: Uint8Array, final?: boolean): void;
}

type InflateConstructor = new (onData: (data: Uint8Array) => void) => InflateStream;

/**
 * Unpacks into `out`, stops soon after its end, and returns how many bytes there were: fewer or more than `out` holds show that
 * the size was wrong. So a few packed bytes cannot claim memory or time without limit.
 * @throws what the stream throws for broken data.
 */
export function fillInflated(
  out: Uint8Array,
  packed: Iterable<Uint8Array>,
  Stream: InflateConstructor,
): number {
  let length = 0;
  const stream = new Stream((data) => {
    if (length < out.length) out.set(data.subarray(0, out.length - length), length);
    length += data.length;
  });
  for (const step of inSteps(packed)) {
    if (length > out.length) break;
    stream.push(step);
  }
  return length;
}

/** Deflate expands 1 byte to at most 1032, so a step adds at most 17 MB. */
const STEP = 1 << 14;

/** The bytes of all parts in steps of this length: at each push the stream copies all that it keeps, even for few bytes. */
function* inSteps(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let rest = new Uint8Array(STEP);
  let count = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const some = part.subarray(at, at + STEP - count);
      at += some.length;
      if (some.length === STEP) {
        yield some;
        continue;
      }
      rest.set(some, count);
      count += some.length;
      if (count < STEP) continue;
      yield rest;
      rest = new Uint8Array(STEP);
      count = 0;
    }
  }
  if (count > 0) yield rest.subarray(0, count);
}
