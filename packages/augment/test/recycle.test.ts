import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';

describe('recycled memory', () => {
  const image = noise({ height: 300, width: 300, seed: 8 });

  it('is used again, and changes no result', () => {
    const first = a.rotate({ degrees: 5 }).apply(image, { degrees: 5 });
    const kept = first.data.slice();
    const { buffer } = first.data;
    a.recycle(first);
    // What is left in there must not show, not even where nothing is drawn but the fill.
    const second = a.translate({}).apply(image, { translate: [0.5, 0] });
    expect(second.data.buffer).toBe(buffer);
    expect(second.data.subarray(0, 150)).toEqual(new Uint8Array(150));
    const third = a.rotate({ degrees: 5 }).apply(image, { degrees: 5 });
    expect(third.data).toEqual(kept);
  });

  it('is still used again after more has been recycled than may wait', () => {
    // 300 images of 1 MiB; 64 MiB may wait.
    const large = noise({ height: 1024, width: 1024 });
    for (let i = 0; i < 300; i++) {
      const result = a.invert().apply(large, {});
      a.recycle(result);
      expect(a.invert().apply(large, {}).data.buffer).toBe(result.data.buffer);
      a.recycle(result);
    }
  });

  it('lets no more than 64 MiB wait', () => {
    const large = noise({ height: 4096, width: 4097, seed: 1 });
    const results = Array.from({ length: 5 }, () => a.verticalFlip().apply(large, {}));
    const buffers = results.map(({ data }) => data.buffer);
    results.forEach((result) => {
      a.recycle(result);
    });
    const again = results.map(() => a.verticalFlip().apply(large, {}).data.buffer);
    // Four of 16 MiB and 4 KiB are more than 64 MiB.
    expect(again.filter((buffer) => buffers.includes(buffer))).toHaveLength(3);
  });

  it('is taken from results alone, and once', () => {
    a.recycle(image);
    expect(a.invert().apply(image, {}).data.buffer).not.toBe(image.data.buffer);
    const result = a.invert().apply(image, {});
    a.recycle(result);
    a.recycle(result);
    const [one, two] = [a.invert().apply(image, {}), a.invert().apply(image, {})];
    expect(one.data.buffer).not.toBe(two.data.buffer);
  });
});
