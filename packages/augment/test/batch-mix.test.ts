import { readFileSync } from 'node:fs';
import { createRng, cutMix, mixUp } from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { moments } from './images.js';

// By torchvision: fixtures/augment/make_sample_goldens.py.
const goldens = JSON.parse(
  readFileSync(new URL('../../../fixtures/augment/mix.json', import.meta.url), 'utf8'),
) as {
  shape: number[];
  batch: number[];
  labels: number[][];
  cases: { name: 'mixUp' | 'cutMix'; params: never; images: number[]; labels: number[][] }[];
};
const { shape, labels } = goldens;
const eight = { data: Uint8Array.from(goldens.batch), shape };
const float = { data: Float32Array.from(eight.data, (value) => value / 255), shape, range: [0, 1] as const };
const makers = { mixUp, cutMix };

describe('beside torchvision', () => {
  it.each(goldens.cases.map((one) => [one.name, JSON.stringify(one.params), one] as const))(
    '%s of %s',
    (name, _, one) => {
      const mix = makers[name]();
      const before = eight.data.slice();
      if (name === 'cutMix') {
        expect(mix.apply(eight, one.params).data).toEqual(Uint8Array.from(one.images));
      } else {
        const mixed = mix.apply(float, one.params);
        expect(mixed.range).toEqual([0, 1]);
        mixed.data.forEach((value, i) => {
          expect(value).toBeCloseTo(one.images[i]!, 6);
        });
        mix.apply(eight, one.params).data.forEach((value, i) => {
          expect(Math.abs(value - one.images[i]! * 255)).toBeLessThan(0.501);
        });
      }
      const rows = mix.applyToLabels(labels, one.params, eight);
      rows.forEach((row, i) => {
        expect([...row]).toEqual(one.labels[i]!.map((value) => expect.closeTo(value, 6)));
      });
      expect(eight.data).toEqual(before);
    },
  );
});

it.each([0.05, 0.4, 0.5, 0.51, 1, 3])('shares have the moments of Beta(%s, the same)', (alpha) => {
  const rng = createRng(1);
  const shares = Array.from({ length: 20_000 }, () => mixUp({ alpha }).sample(rng).share);
  const { mean, deviation } = moments(shares);
  expect(mean).toBeCloseTo(0.5, 1.7);
  expect(deviation).toBeCloseTo(Math.sqrt(1 / (4 * (2 * alpha + 1))), 2);
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
});

it('a batch of one stays, and JSON replays', () => {
  const one = { data: Uint8Array.of(1, 2, 3, 4), shape: [1, 2, 2, 1] };
  for (const mix of [mixUp(), cutMix()]) {
    const params = mix.sample(createRng(4));
    expect(mix.apply(one, params as never).data).toEqual(one.data);
    const again = mix.apply(eight, JSON.parse(JSON.stringify(params)) as never);
    expect(again).toEqual(mix.apply(eight, params as never));
  }
});

describe('what is wrong is named', () => {
  it.each<[string, () => unknown, string]>([
    ['alpha', () => mixUp({ alpha: 0 }), 'invalid alpha: 0'],
    ['an option', () => cutMix({ beta: 1 } as never), "unknown option 'beta' of cutMix (it has alpha)"],
    [
      'a shape',
      () => mixUp().apply({ data: eight.data, shape: [3, 8, 10] }, { share: 0.5 }),
      'mixUp takes a batch [n, height, width, channels], not shape [3,8,10]',
    ],
    [
      'a length',
      () => mixUp().apply({ data: new Uint8Array(3), shape }, { share: 0.5 }),
      'mixUp: 3 samples for a batch of [3,8,10,2]',
    ],
    ['a share', () => mixUp().apply(eight, { share: 2 }), 'invalid share of mixUp: 2 (0 to 1)'],
    [
      'labels',
      () => mixUp().applyToLabels([[1]], { share: 0.5 }, eight),
      'mixUp: labels must be 3 rows, one for each image',
    ],
    [
      'classes',
      () => mixUp().applyToLabels([[1, 0], [1], [1]], { share: 0.5 }, eight),
      'mixUp: label 0 has 2 classes, label 2 has 1',
    ],
  ])('%s', (_, run, message) => expect(run).toThrow(message));
});
