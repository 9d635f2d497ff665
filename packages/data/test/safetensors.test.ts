import { readFileSync } from 'node:fs';
import { isSafetensors, readSafetensors, readSafetensorsMetadata, writeSafetensors } from '@cxr/data';
import { CxrFileError } from '@cxr/image';
import { describe, expect, it } from 'vitest';

const tensors = new Map([
  ['a/first', { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, Number.MIN_VALUE) }],
  ['Größe', { shape: [], data: Float32Array.of(7) }],
]);

function failure(read: () => unknown): CxrFileError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(CxrFileError);
    return error as CxrFileError;
  }
  throw new Error('nothing was thrown');
}

describe('safetensors', () => {
  it('come back as they went, from bytes at an odd offset too', () => {
    const bytes = writeSafetensors(tensors);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    for (const read of [readSafetensors(bytes), readSafetensors(shifted.subarray(1))]) {
      expect(read).toEqual(tensors);
      expect([...read.keys()]).toEqual([...tensors.keys()]);
    }
  });

  it('begin their values at a multiple of eight bytes, whatever characters the names have', () => {
    const bytes = writeSafetensors(tensors);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(bytes.length).toBe(8 + length + 20);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
      '{"a/first":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},' +
        '"Größe":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}',
    );
  });

  it('hold float16 where asked for: the value next to each', () => {
    const values = Float32Array.of(1, -0.1, 65504, 2 ** -25 * 1.5, Number.POSITIVE_INFINITY, 0);
    const bytes = writeSafetensors(new Map([['x', { shape: [6], data: values }]]), { type: 'F16' });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(bytes.length).toBe(8 + length + 12);
    // numpy: np.float32([1, -0.1, 65504, 1.5 * 2 ** -25, np.inf, 0]).astype(np.float16)
    expect(readSafetensors(bytes).get('x')!.data).toEqual(
      Float32Array.of(1, -0.0999755859375, 65504, 2 ** -24, Number.POSITIVE_INFINITY, 0),
    );
    const large = new Map([['big', { shape: [2], data: Float32Array.of(0, -65520) }]]);
    expect(() => writeSafetensors(large, { type: 'F16' })).toThrow(
      'tensor big: -65520 is too large for a float16',
    );
  });

  it('carry texts, which are none of their tensors', () => {
    const metadata = { format: 'x', Ähre: '{"a": 1}' };
    const bytes = writeSafetensors(tensors, { metadata });
    expect(readSafetensorsMetadata(bytes)).toEqual(metadata);
    expect(readSafetensors(bytes)).toEqual(tensors);
    expect(readSafetensorsMetadata(writeSafetensors(tensors))).toEqual({});
    const named = new Map([['__metadata__', { shape: [1], data: Float32Array.of(1) }]]);
    expect(() => writeSafetensors(named)).toThrow(RangeError);
    expect(() => writeSafetensors(tensors, { metadata: { a: 1 as never } })).toThrow(TypeError);
    const broken = Buffer.from(bytes);
    broken.write('[1]', broken.indexOf('"x"'));
    expect(failure(() => readSafetensorsMetadata(broken, { file: 'm' }))).toMatchObject({
      code: 'corrupt',
      file: 'm',
    });
  });

  it('are read as the reference implementation wrote them', () => {
    const file = new URL('../../../fixtures/fid/reference.safetensors', import.meta.url);
    const read = readSafetensors(new Uint8Array(readFileSync(file)));
    expect(read.get('half')).toEqual({ shape: [2], data: Float32Array.of(1.5, -2) });
    expect(read.get('matrix')).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
    expect(read.get('long')).toEqual({ shape: [1], data: Float32Array.of(7) });
  });

  it('are refused in another type than those asked for', () => {
    const text = Buffer.from(writeSafetensors(new Map([['x', { shape: [1], data: Float32Array.of(1) }]])));
    const integers = Uint8Array.from(text.toString('latin1').replace('"F32"', '"I32"'), (c) =>
      c.charCodeAt(0),
    );
    expect(readSafetensors(integers).get('x')!.data).toEqual(Float32Array.of(0x3f800000));
    expect(failure(() => readSafetensors(integers, { file: 'm', types: ['F32'] }))).toMatchObject({
      code: 'unsupported',
      message: 'm: tensor x has type I32, not F32',
    });
  });

  it('are refused where they hold more values than allowed, and all of these where not', () => {
    const bytes = writeSafetensors(tensors);
    expect(readSafetensors(bytes, { maxValues: 5 }).size).toBe(2);
    expect(failure(() => readSafetensors(bytes, { maxValues: 4 }))).toMatchObject({
      code: 'too-large',
      message: 'safetensors file holds more than 4 values',
    });
  });

  it.each([
    [4, 'x: safetensors file is cut off in its header'],
    [40, 'x: safetensors file is cut off in its header'],
    [-1, 'x: safetensors file is cut off in tensor Größe'],
  ])('cut to %i bytes say so, naming the file', (end, message) => {
    const bytes = writeSafetensors(tensors);
    const error = failure(() => readSafetensors(bytes.subarray(0, end), { file: 'x' }));
    expect(error).toMatchObject({ code: 'truncated', file: 'x', message });
  });

  it('of another kind are refused as such', () => {
    for (const text of ['hello there', '<!doctype html>', 'PK\x03\x04\0\0\0\0\0\0\0']) {
      const bytes = new TextEncoder().encode(text);
      expect(failure(() => readSafetensors(bytes, { file: 'x' }))).toMatchObject({
        code: 'corrupt',
        message: 'x: not a safetensors file: no JSON object after the first 8 bytes',
      });
    }
  });

  it('are known by their start', () => {
    expect(isSafetensors(writeSafetensors(tensors))).toBe(true);
    expect(isSafetensors(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0x7b, 0))).toBe(false);
    expect(isSafetensors(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x5b, 0x5d))).toBe(false);
    expect(isSafetensors(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0x7b))).toBe(false);
  });
});
