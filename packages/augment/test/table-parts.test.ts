import { describe, expect, it } from 'vitest';
import { tableParts } from '../src/pixels/table-parts.js';

/** The kernel's sum of one level. */
function summed(parts: Uint8Array, level: number): number {
  const [high, low] = [level >> 4, level & 15];
  const carry = parts[16 + high]! + parts[48 + low]! >= 128 ? 1 : 0;
  return Math.min(255, parts[high]! + Math.max(0, parts[32 + low]! + carry - parts[64 + high]!));
}

const table = (curve: (level: number) => number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, level) => Math.min(255, Math.max(0, Math.trunc(curve(level)))));

describe('tableParts', () => {
  it('gives every straight line back, clipped at either end', () => {
    for (const mean of [0, 17, 90, 128, 255]) {
      for (let factor = 0; factor < 9; factor += 0.0137) {
        const line = table((level) => Math.fround(mean + Math.fround(Math.fround(factor) * (level - mean))));
        const parts = tableParts(line);
        expect(parts && table((level) => summed(parts, level)), `${mean} and ${factor}`).toEqual(line);
      }
    }
  });

  it.each([
    ['a level less', (level: number) => (level === 100 ? 99 : level)],
    ['a step from black to white', (level: number) => (level >= 100 ? 255 : 0)],
    ['white', () => 255],
    ['black', () => 0],
  ])('gives %s back, which is a sum too', (_, curve) => {
    const parts = tableParts(table(curve))!;
    expect(table((level) => summed(parts, level))).toEqual(table(curve));
  });

  it.each([
    ['a curve', (level: number) => 255.999 * (level / 255) ** 1.25],
    ['a falling line', (level: number) => 255 - level],
    ['a line with a gap', (level: number) => (level === 100 ? 90 : level)],
  ])('gives none for %s', (_, curve) => {
    expect(tableParts(table(curve))).toBeNull();
  });
});
