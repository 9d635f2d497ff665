import { BitsMonitor, bitsWarning, image, imagesOf, scaleBits, toGrey8, usedBits } from '@cxr/image';
import { describe, expect, it } from 'vitest';

const deep = (...samples: number[]) => image(Uint16Array.from(samples), 1, samples.length, 1);

describe('usedBits', () => {
  it.each([
    [[0], 0],
    [[1], 1],
    [[3, 2], 2],
    [[2047], 11],
    [[0, 2048], 12],
    [[4095, 1], 12],
    [[4096], 13],
    [[65535], 16],
  ])('of %s is %i', (samples, bits) => {
    expect(usedBits(deep(...samples))).toBe(bits);
  });

  it('counts 8-bit images too, and refuses floats', () => {
    expect(usedBits(image(Uint8Array.of(130), 1, 1, 1))).toBe(8);
    expect(() => usedBits(image(Float32Array.of(0.5), 1, 1, 1) as never)).toThrow('not Float32');
  });
});

describe('scaleBits', () => {
  it.each([8, 9, 10, 12, 14, 15])('keeps black, white and the top 8 bits of %i', (bits) => {
    const samples = Uint16Array.from({ length: 2 ** bits }, (_, i) => i);
    const source = image(samples, 1, samples.length, 1);
    const scaled = scaleBits(source, bits);
    expect([scaled.data[0], scaled.data.at(-1)]).toEqual([0, 65535]);
    expect(toGrey8(scaled).data).toEqual(Uint8Array.from(samples, (sample) => sample >> (bits - 8)));
    // Within half a step of the exact value.
    const furthest = samples.reduce(
      (most, sample, i) => Math.max(most, Math.abs(scaled.data[i]! - (sample * 65535) / (2 ** bits - 1))),
      0,
    );
    expect(furthest).toBeLessThan(0.5);
    expect(source.data[1]).toBe(1);
  });

  // numpy.rint(x * 65535 / 4095)
  it('rounds to the nearest', () => {
    expect([...scaleBits(deep(0, 1, 136, 137, 2048, 4094, 4095), 12).data]).toEqual([
      0, 16, 2176, 2193, 32776, 65519, 65535,
    ]);
    expect([...scaleBits(deep(0, 1), 1).data]).toEqual([0, 65535]);
  });

  it('refuses samples of more bits, and gives back what has its full scale', () => {
    expect(() => scaleBits(deep(4096), 12)).toThrow('a sample of 4096 is more than 4095');
    for (const bits of [0, 17, 1.5, Number.NaN])
      expect(() => scaleBits(deep(1), bits)).toThrow(`invalid bits: ${bits}`);
    const bytes = image(Uint8Array.of(200), 1, 1, 1);
    expect(scaleBits(bytes, 4)).toBe(bytes);
  });
});

describe('bitsWarning', () => {
  it('names the bits of the camera', () => {
    expect(bitsWarning(3, 12)).toContain('the 3 16-bit images use only 12 of 16 bits');
    expect(bitsWarning(3, 12)).toContain('--bits 12)');
    expect(bitsWarning(1, 11)).toContain('--bits 12)');
    expect(bitsWarning(1, 10)).toContain('--bits 10)');
    expect(bitsWarning(1, 14)).toContain('--bits 14)');
    expect(bitsWarning(1, 5)).toContain('--bits 8)');
  });

  it('is silent where nothing is wrong', () => {
    for (const [count, used] of [
      [0, 0],
      [2, 0],
      [2, 15],
      [2, 16],
    ] as const)
      expect(bitsWarning(count, used)).toBeUndefined();
  });

  it('comes once for a set', () => {
    const warnings: string[] = [];
    const bitsMonitor = new BitsMonitor((message) => warnings.push(message));
    for (const used of [10, 12, 9]) bitsMonitor.add(used);
    expect(warnings).toEqual([]);
    bitsMonitor.finish();
    bitsMonitor.finish();
    expect(warnings).toEqual([bitsWarning(3, 12)]);
  });
});

describe('imagesOf with bits', () => {
  async function read(set: Parameters<typeof imagesOf>[0], options?: Parameters<typeof imagesOf>[1]) {
    const found: number[][] = [];
    for await (const { image } of imagesOf(set, options)) found.push([...image.data]);
    return found;
  }

  it('warns once of dark 16-bit images, after the last', async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const bytes = image(Uint8Array.of(9), 1, 1, 1);
    expect(await read([deep(7), bytes, deep(4000)], { onWarning })).toEqual([[7], [9], [4000]]);
    expect(warnings).toEqual([bitsWarning(2, 12)]);
    await read([deep(7), deep(40000)], { onWarning });
    await read([bytes], { onWarning });
    await read([deep(7)], { onWarning, bits: 12 });
    expect(warnings).toHaveLength(1);
  });

  it('brings them to the full scale, in batches too, and refuses more', async () => {
    const batch = { data: Uint16Array.of(4095, 0), shape: [2, 1, 1, 1] };
    const bytes = image(Uint8Array.of(9), 1, 1, 1);
    expect(await read([deep(4095), bytes, batch], { bits: 12 })).toEqual([[65535], [9], [65535], [0]]);
    await expect(read([{ name: 'bright', image: deep(5000) }], { bits: 12 })).rejects.toThrow(
      'bright: a sample of 5000',
    );
    await expect(read([deep(1)], { bits: 20 })).rejects.toThrow('invalid bits: 20');
  });
});
