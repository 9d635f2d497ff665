import { readFileSync } from 'node:fs';
import * as a from '@cxr/augment';
import { readNpz } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { grey, noise, wrap } from './images.js';

// By albumentations: fixtures/augment/make_domain_goldens.py.
const folder = new URL('../../../fixtures/augment/', import.meta.url);
const arrays = readNpz(readFileSync(new URL('domain.npz', folder)));
const { cases } = JSON.parse(readFileSync(new URL('domain.json', folder), 'utf8')) as {
  cases: {
    input: string;
    transform: 'histogramMatching' | 'fourierAdaptation';
    params: { reference: number; blend: number; beta: number };
  }[];
};

const MAKERS = { histogramMatching: a.histogramMatching, fourierAdaptation: a.fourierAdaptation };

function image(name: string): a.Image {
  const { data, shape } = arrays[name]!;
  return wrap(data as Uint8Array, shape[0]!, shape[1]!, shape[2] ?? 1);
}

describe('beside albumentations', () => {
  it.each(cases.map((one, i) => [one.transform, one.input, JSON.stringify(one.params), i, one] as const))(
    '%s of %s, %s',
    (transform, input, _, i, { params }) => {
      const references = [image(`${input}_reference`)];
      const { data } = MAKERS[transform]({ references }).apply(image(input), params as never);
      const expected = arrays[`r${i}`]!.data as Uint8Array;
      if (transform === 'histogramMatching') return expect(data).toEqual(expected);
      // There the fraction is dropped, here it is rounded.
      const more = Array.from(expected, (value, k) => data[k]! - value);
      expect(new Set(more)).toEqual(new Set([0, 1]));
    },
  );
});

describe.each([
  ['histogramMatching', a.histogramMatching, { reference: 0, blend: 0.8 }],
  ['fourierAdaptation', a.fourierAdaptation, { reference: 0, beta: 0.1 }],
] as const)('%s', (name, make, params) => {
  const references = [noise({ height: 20, width: 30, seed: 1 }), grey(90, 8, 8)];

  it('draws one of the references', () => {
    const transform = make({ references });
    const drawn = new Set<number>();
    for (let seed = 0; seed < 20; seed++) drawn.add(transform.sample(a.createRng(seed))!.reference);
    expect([...drawn].sort()).toEqual([0, 1]);
    expect(() => transform.apply(grey(3), { ...params, reference: 2 } as never)).toThrow(
      new RangeError(`invalid reference of ${name}: 2 (a whole number 0 to 1)`),
    );
  });

  it('takes references of another type and size, and gives the image its own type', () => {
    const eight = noise({ height: 24, width: 26, seed: 3 });
    const sixteen = wrap(
      Uint16Array.from(eight.data, (value) => value * 257),
      24,
      26,
      1,
    );
    const float = wrap(
      Float32Array.from(eight.data, (value) => value / 255),
      24,
      26,
      1,
    );
    const [x, y, z] = [eight, sixteen, float].map(
      (one) => make({ references }).apply(one, params as never).data,
    );
    for (let i = 0; i < x!.length; i++) {
      expect(Math.abs(x![i]! - y![i]! / 257)).toBeLessThan(1.6);
      expect(Math.abs(x![i]! - z![i]! * 255)).toBeLessThan(1.6);
    }
  });

  it('leaves an image of one value without noise', () => {
    const { data } = make({ references }).apply(grey(100, 20, 20), params as never);
    expect(new Set(data).size).toBe(1);
  });

  it('refuses what does not fit', () => {
    for (const wrong of [undefined, [], 3, [1]]) {
      expect(() => make({ references: wrong as never })).toThrow(TypeError);
    }
    expect(() =>
      make({ references }).apply(noise({ height: 4, width: 4, channels: 3 }), params as never),
    ).toThrow(new RangeError(`${name}: a reference of 1 channels for an image of 3`));
  });
});
