import { collectTrainingSet, resolveConfig } from '@cxr/dcgan';
import { image } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { drawIndices } from '../src/training/training-set.js';

const flat = (value: number, label?: number) => ({
  name: `flat ${value}`,
  image: image(new Uint8Array(32 * 32).fill(value), 32, 32, 1),
  label,
});

describe('the digest', () => {
  const digestOf = async (images: ReturnType<typeof flat>[], classes: number) =>
    (await collectTrainingSet(images, resolveConfig({ size: 32, classes }))).digest;

  it('is FNV-1a of the pixels and then of the labels', async () => {
    // python3: FNV-1a, 32 bits, of bytes([7]) * 1024 + bytes([9]) * 1024 + struct.pack('<2i', *labels)
    expect(await digestOf([flat(7), flat(9)], 0)).toBe('1a783965');
    expect(await digestOf([flat(7, 1), flat(9, 0)], 2)).toBe('bd16da44');
    expect(await digestOf([flat(7, 0), flat(9, 1)], 2)).toBe('ca4bfa54');
  });
});

describe('labels', () => {
  const collect = (classes: number, ...images: ReturnType<typeof flat>[]) =>
    collectTrainingSet(images, resolveConfig({ size: 32, classes }));

  it.each([-1, 2, 0.5, Number.NaN])('%d of two classes is refused', async (label) => {
    await expect(collect(2, flat(7, label))).rejects.toThrow(`invalid label of flat 7: ${label} (0 to 1)`);
  });

  it('are kept in order, and are 0 without classes', async () => {
    expect([...(await collect(2, flat(7, 1), flat(9, 0))).labels]).toEqual([1, 0]);
    expect([...(await collect(0, flat(7))).labels]).toEqual([0]);
  });

  it('there must be an image, and one is enough', async () => {
    await expect(collect(0)).rejects.toMatchObject({ code: 'empty' });
    expect((await collect(0, flat(7))).count).toBe(1);
  });
});

describe('drawIndices', () => {
  it('shuffled: sees every image once an epoch, in orders that differ, whatever the batch size', () => {
    const config = { seed: 3, draw: 'shuffled' } as const;
    const whole = (batch: number) =>
      Array.from({ length: 28 / batch }, (_, step) => drawIndices(7, batch, step, config)).flat();
    const order = whole(1);
    for (let epoch = 0; epoch < 4; epoch++) {
      const one = order.slice(7 * epoch, 7 * epoch + 7);
      expect([...one].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
    expect(order.slice(0, 7)).not.toEqual(order.slice(7, 14));
    for (const batch of [2, 4, 14]) expect(whole(batch)).toEqual(order);
    expect(drawIndices(7, 7, 0, { ...config, seed: 4 })).not.toEqual(order.slice(0, 7));
  });

  it('replacement: draws each independently, the same for a step', () => {
    const config = { seed: 3, draw: 'replacement' } as const;
    const drawn = drawIndices(7, 1000, 5, config);
    expect(drawIndices(7, 1000, 5, config)).toEqual(drawn);
    expect(drawIndices(7, 1000, 6, config)).not.toEqual(drawn);
    // 1000 draws of 7: 143 of each, within five standard deviations of 11.
    for (let i = 0; i < 7; i++) expect(Math.abs(drawn.filter((j) => j === i).length - 143)).toBeLessThan(55);
  });
});
