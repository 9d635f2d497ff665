import { createRequire } from 'node:module';
import { decodeImage } from '@cxr/data';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

/** The encoder and decoder of CharLS, compiled to WebAssembly. */
interface Charls {
  JpegLSEncoder: new () => {
    getDecodedBuffer(info: object): Uint8Array;
    setNearLossless(near: number): void;
    setInterleaveMode(mode: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  };
  JpegLSDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  };
}

let charls: Charls;
beforeAll(async () => {
  const require = createRequire(import.meta.url);
  charls = await require('@cornerstonejs/codec-charls')({ print() {}, printErr() {} });
});

interface Case {
  width: number;
  height: number;
  bits: number;
  components: 1 | 3;
  near: number;
  interleave: number;
  /** Share of samples that differ from the one before: few make runs. */
  change: number;
  seed: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 20 }),
    bits: fc.integer({ min: 2, max: 16 }),
    components: fc.constantFrom(1 as const, 3 as const),
    near: fc.constantFrom(0, 0, 1, 2, 7),
    interleave: fc.constantFrom(1, 2),
    change: fc.constantFrom(0, 0.1, 0.6, 1),
    seed: fc.integer(),
  })
  .map((c) => ({ ...c, near: Math.min(c.near, (2 ** c.bits - 1) >> 1) }));

function encode({ width, height, bits, components, near, interleave, change, seed }: Case): Uint8Array {
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const values = new (bits <= 8 ? Uint8Array : Uint16Array)(width * height * components);
  for (let i = 0; i < values.length; i++) {
    values[i] =
      i >= components && random() >= change ? values[i - components]! : Math.floor(random() * 2 ** bits);
  }
  const encoder = new charls.JpegLSEncoder();
  const info = { width, height, bitsPerSample: bits, componentCount: components };
  encoder.getDecodedBuffer(info).set(new Uint8Array(values.buffer));
  encoder.setNearLossless(near);
  encoder.setInterleaveMode(components === 1 ? 0 : interleave);
  encoder.encode();
  const file = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return file;
}

function decodedByCharls(file: Uint8Array, bits: number): number[] {
  const decoder = new charls.JpegLSDecoder();
  decoder.getEncodedBuffer(file.length).set(file);
  decoder.decode();
  const bytes = Uint8Array.from(decoder.getDecodedBuffer());
  decoder.delete();
  return [...(bits <= 8 ? bytes : new Uint16Array(bytes.buffer))];
}

describe('JPEG-LS', () => {
  it('has the values of CharLS, lossless and near-lossless, of all depths', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const file = encode(c);
        const { data, shape } = await decodeImage(file);
        expect(shape).toEqual([c.height, c.width, c.components]);
        const unused = (c.bits <= 8 ? 8 : 16) - c.bits;
        expect(Array.from(data, (value) => value >> unused)).toEqual(decodedByCharls(file, c.bits));
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
