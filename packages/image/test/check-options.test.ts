import { checkOptions, type KnownOptions } from '@cxr/image';
import { describe, expect, it } from 'vitest';

interface Options {
  size?: number | undefined;
  seed?: number | undefined;
}
const known: KnownOptions<Options> = { size: true, seed: true };

describe('checkOptions', () => {
  it('accepts any of the known options, also undefined ones', () => {
    for (const options of [{}, { size: 1 }, { size: undefined, seed: 2 }]) {
      expect(() => checkOptions('resize', options, known)).not.toThrow();
    }
  });

  it.each(['sise', 'Size', 'toString', '__proto__x'])('refuses %s by name', (key) => {
    expect(() => checkOptions('resize', { [key]: 1 } as Options, known)).toThrow(
      new RangeError(`unknown option '${key}' of resize (it has size, seed)`),
    );
  });

  it.each([
    [null, 'null'],
    [[], 'an array'],
    [5, 'number 5'],
    ['size', 'string size'],
    [() => 1, 'a function'],
    [undefined, 'undefined'],
  ])('refuses %s, which is no object of options', (value, text) => {
    expect(() => checkOptions('resize', value as never, known)).toThrow(
      new TypeError(`resize takes an object of options, not ${text}`),
    );
  });
});
