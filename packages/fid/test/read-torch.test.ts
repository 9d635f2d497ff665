import { join } from 'node:path';
import { readSafetensors, readTorch, writeSafetensors } from '@cxr/fid';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes } from './shared.js';

describe.each(['zip', 'legacy'])('readTorch, %s format', (format) => {
  const bytes = readBytes(join(fixtures, `state-${format}.pth`));
  const tensors = readTorch(bytes);
  const values = (name: string) => Array.from(tensors.get(name)!.data);

  it('reads every type', () => {
    expect(values('float32')).toEqual([0.5, -1.25, Math.fround(3e-8), 1e8, 0, -0]);
    expect(tensors.get('float32')!.shape).toEqual([2, 3]);
    expect(values('float64')).toEqual([Math.fround(1 / 3), 0, -7.5]);
    // 6e-8 is the least half-precision number, 2^-24.
    expect(values('float16')).toEqual([1.5, 2 ** -24, -65504]);
    expect(values('bfloat16').map((value) => value.toPrecision(2))).toEqual(['1.5', '3.0e+38', '-0.0078']);
    expect(values('int64')).toEqual([1, -2, 2 ** 40]);
    expect(values('int32')).toEqual([7, -8]);
    expect(values('int16')).toEqual([300, -300]);
    expect(values('int8')).toEqual([5, -5]);
    expect(values('uint8')).toEqual([250]);
    expect(values('bool')).toEqual([1, 0]);
    expect(values('parameter')).toEqual([1, 1]);
  });

  it('reads scalars, strided views and shared storages', () => {
    expect(tensors.get('scalar')).toEqual({ shape: [], data: Float32Array.of(42) });
    expect(tensors.get('view')!.shape).toEqual([2, 4]);
    expect(values('view')).toEqual([1, 7, 13, 19, 2, 8, 14, 20]);
    expect(values('shared')).toEqual([12, 13, 14, 15, 16, 17]);
  });

  it('reads a module’s state dict with its attributes', () => {
    const state = readTorch(readBytes(join(fixtures, `module-${format}.pth`)));
    expect([...state.keys()]).toEqual([
      'weight',
      'bias',
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ]);
    expect(state.get('running_var')).toEqual({ shape: [2], data: Float32Array.of(1, 1) });
  });

  it('refuses a file that is cut off, wherever', () => {
    for (const share of [0.2, 0.5, 0.9, 0.99]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      expect(() => readTorch(cut)).toThrow(expect.objectContaining({ name: 'CxrFileError' }));
    }
  });
});

describe('readTorch', () => {
  it('refuses a pickle that calls a function, by its name', () => {
    expect(() => readTorch(readBytes(join(fixtures, 'evil.pth')))).toThrow(/(posix|os)\.system.*refused/);
  });

  it.each([
    ['text', 'not a torch file', [0x68, 0x65]],
    ['an old pickle', 'not a torch file', [0x28, 0x64]],
    ['an opcode off the list', 'opcode 0x69 at byte 2,', [0x80, 2, 0x69]],
    ['a pickle of something else', 'not a file that torch.save wrote', [0x80, 2, 0x4b, 1, 0x2e]],
    ['an empty stack', 'empty stack', [0x80, 2, 0x2e]],
  ])('refuses %s', (_, message, bytes) => {
    expect(() => readTorch(Uint8Array.from(bytes))).toThrow(message);
  });
});

describe('safetensors', () => {
  const tensors = new Map([
    ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['scalar', { shape: [], data: Float32Array.of(-0.5) }],
  ]);

  it('reads what it writes', () => {
    expect(readSafetensors(writeSafetensors(tensors))).toEqual(tensors);
  });

  it('reads a file of the reference implementation', () => {
    const read = readSafetensors(readBytes(join(fixtures, 'reference.safetensors')));
    expect(read.get('half')).toEqual({ shape: [2], data: Float32Array.of(1.5, -2) });
    expect(read.get('matrix')).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
    expect(read.get('long')).toEqual({ shape: [1], data: Float32Array.of(7) });
  });

  it('refuses a file that is cut off or malformed', () => {
    const bytes = writeSafetensors(tensors);
    expect(() => readSafetensors(bytes.subarray(0, bytes.length - 1))).toThrow(/cut off in tensor scalar/);
    expect(() => readSafetensors(bytes.subarray(0, 20))).toThrow(/cut off in its header/);
    const text = new TextDecoder('latin1').decode(bytes).replace('"F32"', '"X32"');
    expect(() => readSafetensors(Uint8Array.from(text, (char) => char.charCodeAt(0)))).toThrow(/X32/);
  });
});
