import { crc32 } from 'node:zlib';
import { zlibSync } from 'fflate';

/**
 * A little-endian TIFF: the packed bytes, then a directory of these tags (each a number) and of strips, given by offset in
 * the bytes and length.
 */
export function tiffOf(
  tags: Record<number, number>,
  packed: Uint8Array,
  strips: readonly (readonly [offset: number, length: number])[],
): Uint8Array {
  const lists = 8 + packed.length + (packed.length % 2);
  const directory = lists + 8 * strips.length;
  const entries = Object.entries(tags).map(([tag, value]) => [Number(tag), 1, value] as const);
  const count = strips.length;
  const first = strips[0] ?? [0, 0];
  const all = [
    ...entries,
    [273, count, count === 1 ? 8 + first[0] : lists] as const,
    [279, count, count === 1 ? first[1] : lists + 4 * count] as const,
  ].sort((a, b) => a[0] - b[0]);
  const bytes = new Uint8Array(directory + 2 + 12 * all.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);
  bytes.set(packed, 8);
  for (const [i, [offset, length]] of strips.entries()) {
    view.setUint32(lists + 4 * i, 8 + offset, true);
    view.setUint32(lists + 4 * (count + i), length, true);
  }
  view.setUint16(directory, all.length, true);
  for (const [i, [tag, length, value]] of all.entries()) {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, length, true);
    view.setUint32(at + 8, value, true);
  }
  return bytes;
}

/** The JPEG with its last scan written `count` times more. */
export function withScans(jpeg: Uint8Array, count: number): Uint8Array {
  const file = Buffer.from(jpeg);
  const scan = file.subarray(file.lastIndexOf(Buffer.from([0xff, 0xda])), file.length - 2);
  return new Uint8Array(
    Buffer.concat([
      file.subarray(0, -2),
      ...Array.from({ length: count }, () => scan),
      Buffer.from([0xff, 0xd9]),
    ]),
  );
}

/** A grey PNG of 8 bits whose packed data come in chunks of at most `step` bytes. */
export function pngOf(pixels: Uint8Array, width: number, height: number, step: number): Uint8Array {
  const raw = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) raw.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const packed = zlibSync(raw);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const parts = [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), pngChunk('IHDR', header)];
  for (let at = 0; at < packed.length; at += step) {
    parts.push(pngChunk('IDAT', packed.subarray(at, Math.min(at + step, packed.length))));
  }
  return new Uint8Array(Buffer.concat([...parts, pngChunk('IEND', new Uint8Array(0))]));
}

/** A chunk with its length and checksum. */
function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
