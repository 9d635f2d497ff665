/** The part of fflate's streams used here: `Inflate`, `Unzlib`. */
interface InflateStream {
  push(chunk: Uint8Array, final?: boolean): void;
}

type InflateConstructor = new (onData: (data: Uint8Array) => void) => InflateStream;

/**
 * Unpacks into `out`, stops soon after its end, and returns how many bytes there were: fewer or more than `out` holds show that
 * the size was wrong. So a few packed bytes cannot claim memory or time without limit.
 * @param onExcess called with what `out` does not hold, of which about 16 MiB are unpacked. @default none is unpacked
 * @throws what the stream throws for broken data.
 */
export function fillInflated(
  out: Uint8Array,
  packed: Iterable<Uint8Array>,
  Stream: InflateConstructor,
  onExcess?: (data: Uint8Array) => void,
): number {
  const most = out.length + (onExcess ? MAX_EXCESS : 0);
  let length = 0;
  const stream = new Stream((data) => {
    const kept = data.subarray(0, Math.max(0, out.length - length));
    if (kept.length > 0) out.set(kept, length);
    if (data.length > kept.length) onExcess?.(data.subarray(kept.length));
    length += data.length;
  });
  for (const step of inSteps(packed)) {
    if (length > most) break;
    stream.push(step);
  }
  return length;
}

/** As much as a step of the stream may add. */
const MAX_EXCESS = 2 ** 24;

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
