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
