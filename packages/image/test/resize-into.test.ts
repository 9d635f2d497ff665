import { type Image, image, type ResizeFilter, resizePillow } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { noiseImage } from '../../../test/support/goldens.js';

const grey = noiseImage(7, 9, 1, 1);
const sources: Image[] = [
  grey,
  image(
    Uint16Array.from(grey.data, (v) => v * 257),
    7,
    9,
    1,
  ),
  image(
    Float32Array.from(grey.data, (v) => v / 255),
    7,
    9,
    1,
  ),
];

describe('resizePillow into an array of the caller', () => {
  it.each(['nearest', 'box', 'bicubic'] as ResizeFilter[])('gives the same, by %s', (filter) => {
    for (const source of sources) {
      for (const [width, height] of [
        [5, 4],
        [9, 7],
        [9, 20],
        [20, 7],
      ] as const) {
        const fresh = resizePillow(source, width, height, filter);
        const into = fresh.data.slice().fill(1);
        const written = resizePillow(source, width, height, filter, into);
        expect(written.data).toBe(into);
        expect(into).toEqual(fresh.data);
      }
    }
  });

  it('refuses one of another length or type', () => {
    expect(() => resizePillow(grey, 3, 3, 'box', new Uint8Array(8))).toThrow(
      new RangeError('invalid length of into: 8, not 9'),
    );
    expect(() => resizePillow(grey, 3, 3, 'box', new Float32Array(9) as never)).toThrow(
      new TypeError("into must be an array of the source's type"),
    );
  });
});
