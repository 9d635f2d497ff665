type Samples = Uint8Array | Uint16Array;

/**
 * Turns and mirrors an image `[height, width, channels]` as a TIFF's orientation (tag 274, 1..8) asks for, so that its
 * first pixel is at the top left. From 5 on, rows become columns.
 */
export function orient(
  data: Samples,
  [height, width, channels]: readonly [number, number, number],
  orientation: number,
): { data: Samples; height: number; width: number } {
  if (orientation === 1) return { data, height, width };
  const swapped = orientation >= 5;
  const across = swapped ? height : width;
  const down = swapped ? width : height;
  // Where the stored rows and columns are shown from the other end.
  const rightToLeft = [2, 3, 7, 8].includes(orientation);
  const bottomUp = [3, 4, 6, 7].includes(orientation);
  const out = data instanceof Uint8Array ? new Uint8Array(data.length) : new Uint16Array(data.length);
  for (let y = 0, to = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const row = swapped ? x : y;
      const column = swapped ? y : x;
      const from =
        ((bottomUp ? height - 1 - row : row) * width + (rightToLeft ? width - 1 - column : column)) *
        channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  }
  return { data: out, height: down, width: across };
}
