/** A TIFF `[height, width]` of grey float32 values, which has no shades unless a window shows them. */
export function floatTiff(values: ArrayLike<number>, height: number, width: number): Uint8Array {
  const tags = [
    [256, width],
    [257, height],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, height],
    [279, 4 * values.length],
    [339, 3],
  ] as const;
  const directory = 8 + 4 * values.length;
  const view = new DataView(new ArrayBuffer(directory + 2 + 12 * tags.length + 4));
  view.setUint32(0, 0x49492a00);
  view.setUint32(4, directory, true);
  for (let i = 0; i < values.length; i++) view.setFloat32(8 + 4 * i, values[i]!, true);
  view.setUint16(directory, tags.length, true);
  for (const [i, [tag, value]] of tags.entries()) {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  }
  return new Uint8Array(view.buffer);
}
