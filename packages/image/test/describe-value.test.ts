import { describeValue } from '@cxr/image';
import { describe, expect, it } from 'vitest';

describe('describeValue', () => {
  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'number 5'],
    ['folder', 'string folder'],
    [true, 'boolean true'],
    [5n, 'bigint 5'],
    [Symbol('s'), 'symbol Symbol(s)'],
    [() => 5, 'a function'],
    [class A {}, 'a function'],
    [[1], 'an array'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Map(), 'Map'],
    [new Uint8Array(1), 'Uint8Array'],
    [new (class Own {})(), 'Own'],
  ])('%o', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('cuts long text after 80 characters', () => {
    expect(describeValue('x'.repeat(81))).toBe(`string ${'x'.repeat(80)}`);
  });
});
