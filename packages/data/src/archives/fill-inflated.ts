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
  for (const part of packed) {
    // Deflate makes at most 1032 bytes of one, so a step adds 17 MB at most.
    for (let at = 0; at < part.length && length <= out.length; at += STEP) {
      stream.push(part.subarray(at, at + STEP));
    }
  }
  return length;
}

const STEP = 1 << 14;
