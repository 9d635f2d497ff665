import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, noise } from './images.js';

describe('maskMarkers', () => {
  /** A body of middle brightness with a bright heart, and an "L" of lead in a corner. */
  const film = () => {
    const image = noise({ height: 200, width: 200, seed: 1 });
    for (let i = 0; i < image.data.length; i++) image.data[i] = 60 + (image.data[i]! >> 5);
    const paint = (left: number, top: number, width: number, height: number) => {
      for (let y = top; y < top + height; y++) image.data.fill(250, y * 200 + left, y * 200 + left + width);
    };
    paint(90, 90, 60, 80);
    return { image, paint };
  };

  it('covers a letter near the border, and leaves the rest', () => {
    const { image, paint } = film();
    paint(20, 15, 3, 14);
    paint(20, 26, 9, 3);
    const covered = a.maskMarkers().apply(image, {});
    for (let y = 14; y < 30; y++) {
      for (let x = 19; x < 30; x++) expect(covered.get(y, x, 0)).toBeLessThan(70);
    }
    expect(covered.get(120, 120, 0)).toBe(250);
    expect(covered.get(100, 30, 0)).toBe(image.get(100, 30, 0));
  });

  it('leaves bright bones at the border, and images without letters', () => {
    const { image, paint } = film();
    paint(0, 150, 30, 12);
    expect(a.maskMarkers().apply(image, {})).toBe(image);
    expect(a.maskMarkers().apply(grey(0), {})).toEqual(grey(0));
  });
});
