// Whole rows of bytes moved about.

/** Copies rows of length bytes; the steps from row to row may be negative. */
export function copyRows(src: usize, srcStep: i32, out: usize, outStep: i32, length: i32, rows: i32): void {
  if (length < 16 || length > 2048) {
    for (let y = 0; y < rows; y++) {
      memory.copy(out + <usize>(y * outStep), src + <usize>(y * srcStep), <usize>length);
    }
    return;
  }
  // Short rows: a call for each would take longer than the copy.
  const last = <usize>(length - 16);
  for (let y = 0; y < rows; y++) {
    const from = src + <usize>(y * srcStep);
    const to = out + <usize>(y * outStep);
    for (let x: usize = 0; x < last; x += 16) v128.store(to + x, v128.load(from + x));
    v128.store(to + last, v128.load(from + last));
  }
}

/** Rows of bytes the other way round, 16 at a time. */
export function mirrorRows(src: usize, out: usize, width: i32, rows: i32): void {
  for (let y = 0; y < rows; y++) {
    const from = src + <usize>(y * width);
    const to = out + <usize>(y * width);
    let x = 0;
    for (; x + 16 <= width; x += 16) {
      const bytes = v128.load(from + <usize>x);
      const mirrored = i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
      v128.store(to + <usize>(width - 16 - x), mirrored);
    }
    for (; x < width; x++) store<u8>(to + <usize>(width - 1 - x), load<u8>(from + <usize>x));
  }
}
