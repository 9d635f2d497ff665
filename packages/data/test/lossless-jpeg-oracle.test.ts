import fc from 'fast-check';
// @ts-expect-error Its exports leave its types out.
import { Decoder } from 'jpeg-lossless-decoder-js';
import { describe, expect, it } from 'vitest';
import { decodeLosslessJpeg } from '../src/codecs/dicom/decode-lossless-jpeg.js';
import { encodeLosslessJpeg, type LosslessImage } from './support/encode-lossless-jpeg.js';

const images: fc.Arbitrary<LosslessImage> = fc
  .record({
    width: fc.integer({ min: 1, max: 17 }),
    height: fc.integer({ min: 1, max: 12 }),
    components: fc.constantFrom(1 as const, 3 as const),
    precision: fc.integer({ min: 2, max: 16 }),
    predictor: fc.integer({ min: 1, max: 7 }),
    pointTransform: fc.constantFrom(0, 0, 1),
    restartLines: fc.constantFrom(0, 0, 1, 3),
    smooth: fc.boolean(),
    seed: fc.integer(),
  })
  .map(({ smooth, seed, ...shape }) => {
    let state = seed >>> 0;
    const samples = new Uint16Array(shape.width * shape.height * shape.components);
    const top = 2 ** shape.precision;
    for (let i = 0; i < samples.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = Math.floor((state / 2 ** 32) * (smooth ? 4 : top));
      samples[i] = smooth && i > 0 ? (samples[i - 1]! + noise) % top : noise % top;
    }
    return { ...shape, samples };
  });

/** What jpeg-lossless-decoder-js finds. */
function decodedByOther(file: Uint8Array, { precision }: LosslessImage): number[] {
  const decoded = new Decoder().decode(file.buffer as ArrayBuffer, 0, file.length, precision <= 8 ? 1 : 2);
  return [...(precision <= 8 ? new Uint8Array(decoded) : new Uint16Array(decoded))];
}

/** The other decoder goes wrong with restart markers, point transforms, some colours, and predictor 7 of 16 bits. */
function otherReads({
  components,
  restartLines,
  pointTransform,
  predictor,
  precision,
}: LosslessImage): boolean {
  return (
    components === 1 && restartLines === 0 && pointTransform === 0 && !(predictor === 7 && precision === 16)
  );
}

describe('lossless JPEG', () => {
  it('has the values that were written, and those of jpeg-lossless-decoder-js', () => {
    let compared = 0;
    fc.assert(
      fc.property(images, (image) => {
        const file = encodeLosslessJpeg(image);
        const { data, ...header } = decodeLosslessJpeg(file, 1000);
        const { width, height, components, precision, pointTransform, samples } = image;
        expect(header).toEqual({ width, height, components, precision });
        expect([...data]).toEqual(
          Array.from(samples, (value) => (value >> pointTransform) << pointTransform),
        );
        if (!otherReads(image)) return;
        // The end's marker keeps it from the last bits now and then.
        expect(decodedByOther(file, image).slice(0, -8)).toEqual([...data].slice(0, -8));
        compared++;
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});
