import { CxrFileError } from '@cxr/image';
import { roundHalfEven } from '../../archives/half-floats.js';

/** Kinds of segments (PS3.3, C.7.9.2). */
const DISCRETE = 0;
const LINEAR = 1;
const INDIRECT = 2;

/**
 * The values of a palette that is written in segments, of which there are `count` (PS3.3, C.7.9.2).
 * @param words its numbers, of 8 or 16 bits as its values are.
 * @throws CxrFileError 'corrupt'.
 */
export function expandSegments(words: ArrayLike<number>, bits: 8 | 16, count: number): number[] {
  const values: number[] = [];
  let at = 0;
  // A byte that pads the length may follow.
  while (at + 1 < words.length && values.length < count) {
    if (words[at] !== INDIRECT) {
      at = addSegment(words, at, values, count);
      continue;
    }
    // It repeats some of the segments at an offset in bytes, its low half first.
    const halves = bits === 8 ? [2, 3, 4, 5] : [2, 3];
    const offset = halves.reduce((sum, i, place) => sum + (words[at + i] ?? 0) * 2 ** (bits * place), 0);
    let from = bits === 8 ? offset : offset / 2;
    for (let left = words[at + 1]!; left > 0 && values.length < count; left--) {
      if (!Number.isInteger(from) || words[from] === INDIRECT) throw broken();
      from = addSegment(words, from, values, count);
    }
    at += 2 + halves.length;
  }
  if (values.length !== count) throw broken();
  return values;
}

/** Adds a segment's values; returns where the next one starts. */
function addSegment(words: ArrayLike<number>, start: number, values: number[], max: number): number {
  const [kind, length] = [words[start], words[start + 1]];
  if (kind === undefined || length === undefined || length === 0 || values.length + length > max)
    throw broken();
  const at = start + 2;
  if (kind === DISCRETE) {
    if (at + length > words.length) throw broken();
    for (let i = 0; i < length; i++) values.push(words[at + i]!);
    return at + length;
  }
  const last = values.at(-1);
  const end = words[at];
  if (kind !== LINEAR || last === undefined || end === undefined) throw broken();
  // In the order of pydicom's (NumPy's) operations.
  const first = last + (end - last) / length;
  const step = length > 1 ? (end - first) / (length - 1) : 0;
  for (let i = 0; i < length; i++) values.push(roundHalfEven(first + i * step));
  return at + 1;
}

function broken(): CxrFileError {
  return new CxrFileError('corrupt', 'a DICOM palette whose segments are damaged');
}
