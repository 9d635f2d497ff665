import { CxrFileError } from '@cxr/image';

/** The first frame of an animation, as a WebP of its own. */
export interface WebpFrame {
  /** A still WebP of `width` × `height` pixels. */
  file: Uint8Array;
  /** Where it lies on the animation's canvas. */
  left: number;
  top: number;
  width: number;
  height: number;
  canvasWidth: number;
  canvasHeight: number;
}

/** Bytes before the first chunk: `RIFF`, a length, `WEBP`. */
const HEADER = 12;
/** Flags in the first byte of the VP8X chunk. */
const ANIMATED = 0x02;
const HAS_ALPHA = 0x10;

/**
 * Refuses a file shorter than it says, which decoders would fill up.
 * @throws CxrFileError 'truncated'.
 */
export function checkWebp(bytes: Uint8Array): void {
  // RIFF's length, after which nothing is read, leaves out the eight bytes up to it.
  if (bytes.length < 8 + viewOf(bytes).getUint32(4, true)) {
    throw new CxrFileError('truncated', 'the WebP is cut off');
  }
}

/** Whether the extended header says so. */
export function isAnimatedWebp(bytes: Uint8Array): boolean {
  return nameAt(bytes, HEADER) === 'VP8X' && (bytes[HEADER + 8]! & ANIMATED) !== 0;
}

/**
 * Takes the first frame out of an animation (WebP container specification, "Animation"): single-image decoders refuse it.
 * @throws CxrFileError 'corrupt' or 'truncated'.
 */
export function firstWebpFrame(bytes: Uint8Array): WebpFrame {
  const view = viewOf(bytes);
  const three = (at: number): number => view.getUint16(at, true) + 65536 * view.getUint8(at + 2);
  const animation = chunksOf(bytes, HEADER, bytes.length).find(({ name }) => name === 'ANMF');
  if (!animation) throw new CxrFileError('corrupt', 'an animated WebP without a frame');
  const { start, end } = animation;
  if (end - start < 16) throw new CxrFileError('corrupt', 'an animated WebP with a broken frame');
  const frame = {
    left: 2 * three(start),
    top: 2 * three(start + 3),
    width: three(start + 6) + 1,
    height: three(start + 9) + 1,
    canvasWidth: three(HEADER + 12) + 1,
    canvasHeight: three(HEADER + 15) + 1,
  };
  if (frame.left + frame.width > frame.canvasWidth || frame.top + frame.height > frame.canvasHeight) {
    throw new CxrFileError('corrupt', 'an animated WebP whose frame lies outside it');
  }
  const parts = chunksOf(bytes, start + 16, end).filter(({ name }) => /^(ALPH|VP8 |VP8L)$/.test(name));
  const images = parts.map((part) => bytes.subarray(part.start - 8, part.end));
  return { ...frame, file: stillWebp(images, frame.width, frame.height) };
}

/** A file of these chunks, an image and perhaps its alpha. */
function stillWebp(chunks: readonly Uint8Array[], width: number, height: number): Uint8Array {
  const extended = new Uint8Array(18);
  extended.set([0x56, 0x50, 0x38, 0x58, 10, 0, 0, 0, HAS_ALPHA]);
  for (let i = 0; i < 3; i++) {
    extended[12 + i] = (width - 1) >> (8 * i);
    extended[15 + i] = (height - 1) >> (8 * i);
  }
  const parts = [extended, ...chunks];
  // Chunks start at even places.
  const length = parts.reduce((sum, part) => sum + part.length + (part.length % 2), HEADER);
  const file = new Uint8Array(length);
  file.set([0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50]);
  viewOf(file).setUint32(4, length - 8, true);
  let at = HEADER;
  for (const part of parts) {
    file.set(part, at);
    at += part.length + (part.length % 2);
  }
  return file;
}

interface Chunk {
  name: string;
  start: number;
  end: number;
}

/** The chunks from `at` on, up to the first frame of an animation: what follows is not needed. */
function chunksOf(bytes: Uint8Array, from: number, to: number): Chunk[] {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  for (let at = from; at + 8 <= to; ) {
    const name = nameAt(bytes, at);
    const start = at + 8;
    const end = start + view.getUint32(at + 4, true);
    if (end > to) throw new CxrFileError('truncated', 'the WebP is cut off');
    chunks.push({ name, start, end });
    if (name === 'ANMF') break;
    at = end + (end % 2 === from % 2 ? 0 : 1);
  }
  return chunks;
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
