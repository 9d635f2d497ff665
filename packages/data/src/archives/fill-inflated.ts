/** The part of fflate's streams used here: `Inflate`, `Unzlib`. */
interface InflateStream {
  push(chunk: Uint8Array, final?: boolean): void;
}

type InflateConstructor = new (onData: (data: Uint8Array) => void) => InflateStream;

/**
 * Unpacks into `out` and gives the bytes there are: fewer than `out` holds, or more, where unpacking stops soon after
 * the end of `out`. So a few packed bytes cannot claim memory or time without limit.
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

/** Deflate makes at most 1032 bytes of one, so a step adds 17 MB at most. */
const STEP = 1 << 14;

/** The bytes of all parts, as many at a time: the stream copies all that it keeps at each push, however few bytes it gets. */
function* inSteps(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let gathered = new Uint8Array(STEP);
  let count = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const some = part.subarray(at, at + STEP - count);
      at += some.length;
      if (some.length === STEP) {
        yield some;
        continue;
      }
      gathered.set(some, count);
      count += some.length;
      if (count < STEP) continue;
      yield gathered;
      gathered = new Uint8Array(STEP);
      count = 0;
    }
  }
  if (count > 0) yield gathered.subarray(0, count);
}
