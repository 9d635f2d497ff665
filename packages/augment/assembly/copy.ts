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

// @inline
function reversed(bytes: v128): v128 {
  // Not i8x16.shuffle, whose mask V8 makes anew each time.
  return i8x16.swizzle(bytes, i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}

/** Rows of bytes the other way round, in place, 16 from either end at a time. */
export function mirrorRows(src: usize, width: i32, rows: i32): void {
  for (let y = 0; y < rows; y++) {
    let left = src + <usize>(y * width);
    let right = left + <usize>width;
    for (; left + 32 <= right; left += 16) {
      right -= 16;
      const first = reversed(v128.load(left));
      v128.store(left, reversed(v128.load(right)));
      v128.store(right, first);
    }
    for (; left + 1 < right; left++) {
      right--;
      const first = load<u8>(left);
      store<u8>(left, load<u8>(right));
      store<u8>(right, first);
    }
  }
}

/** Rows of bytes in the opposite order, in place. */
export function swapRows(src: usize, length: i32, rows: i32): void {
  for (let y = 0; y < rows >> 1; y++) {
    let top = src + <usize>(y * length);
    let bottom = src + <usize>((rows - 1 - y) * length);
    const end = top + <usize>length;
    for (; top + 16 <= end; top += 16, bottom += 16) {
      const bytes = v128.load(top);
      v128.store(top, v128.load(bottom));
      v128.store(bottom, bytes);
    }
    for (; top < end; top++, bottom++) {
      const byte = load<u8>(top);
      store<u8>(top, load<u8>(bottom));
      store<u8>(bottom, byte);
    }
  }
}
