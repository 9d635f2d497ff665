import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { wrap } from './images.js';

describe('windowLevel', () => {
  it('is the linear function of DICOM', () => {
    const image = wrap(Uint16Array.of(0, 999, 1000, 1500, 2000, 3000), 1, 6, 1);
    const { data } = a.windowLevel({ center: 1500, width: 1001 }).apply(image, { center: 1500, width: 1001 });
    // (x − 999.5) / 1000 of the range between the ends.
    expect([...data]).toEqual([0, 0, 33, 32800, 65535, 65535]);
  });

  it('is exact on floats', () => {
    const image = wrap(Float32Array.of(0.2, 0.5, 0.9), 1, 3, 1);
    const { data } = a.windowLevel({ center: 0.5, width: 0.5 }).apply(image, { center: 0.5, width: 0.5 });
    expect([...data]).toEqual([0, 0.5, 1]);
  });
});
