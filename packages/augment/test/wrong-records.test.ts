import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { EVERY } from './every-transform.js';
import { grey } from './images.js';

const image = grey(100, 16, 16);

/** The parameters of the first key that does not draw null. */
function drawn(transform: a.Transform): a.Json {
  for (let index = 0; ; index++) {
    const params = transform.sample(a.createRng(1, 0, index));
    if (params !== null) return params;
  }
}

/** Copies of a value with one number replaced, one for each number in it. */
function* broken(value: a.Json, by: unknown): Generator<unknown> {
  if (typeof value === 'number') yield by;
  if (value === null || typeof value !== 'object') return;
  for (const [key, part] of Object.entries(value)) {
    for (const other of broken(part, by)) {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
      copy[key] = other;
      yield copy;
    }
  }
}

describe.each(Object.entries(EVERY))('a record of %s', (_, transform) => {
  const params = drawn(transform);
  const replayed = (wrong: unknown) => () =>
    a.replay(transform, { image }, { transform: transform.name, params: wrong as a.Json });

  it('with what it draws is replayed', () => {
    expect(replayed(JSON.parse(JSON.stringify(params)))).not.toThrow();
  });

  it('with a number that is none is refused', () => {
    for (const by of [undefined, null, Number.NaN, Infinity, '1', [1], {}]) {
      for (const wrong of broken(params, by)) expect(replayed(wrong)).toThrow(RangeError);
    }
  });

  it('with no parameters at all is refused', () => {
    for (const wrong of [undefined, 1, 'x']) expect(replayed(wrong)).toThrow(/parameters/);
  });
});

it('a wrong record is refused by transform and parameter', () => {
  const replayed = (transform: a.Transform, params: unknown) => () =>
    a.replay(transform, { image }, { transform: transform.name, params: params as a.Json });
  expect(replayed(a.brightness({ factor: 1.2 }), {})).toThrow(
    new RangeError('invalid factor of brightness: undefined (such as 1.2)'),
  );
  expect(replayed(a.brightness({ factor: 1.2 }), { factor: 1, facter: 2 })).toThrow(
    new RangeError("unknown parameter 'facter' of brightness (it has factor)"),
  );
  expect(replayed(a.invert(), { x: 1 })).toThrow("unknown parameter 'x' of invert (it has none)");
  expect(replayed(a.crop({ height: 8, width: 8 }), {})).toThrow(/^invalid x of crop: undefined/);
  expect(replayed(a.translate({ x: 0.1 }), { translate: [0.1] })).toThrow(
    /^invalid translate of translate: \[0.1\]/,
  );
  expect(replayed(a.translate({ x: 0.1 }), { translate: [0.1, null] })).toThrow(
    /^invalid translate\[1\] of translate: null/,
  );
  expect(replayed(a.cutout(), { holes: [{ left: 0, top: 0, width: 1 }] })).toThrow(
    /^invalid holes\[0\].height of cutout: undefined/,
  );
  expect(replayed(a.compose([a.gamma({ gamma: 2 })]), [{ name: 'gamma', params: {} }])).toThrow(
    /^invalid gamma of gamma: undefined/,
  );
  expect(replayed(a.compose([a.invert()]), [null])).toThrow(/not the parameters of this compose/);
  expect(() => a.replay(a.invert(), { image }, undefined as never)).toThrow(
    new TypeError('replay takes a record { transform, params } after the sample, not undefined'),
  );
});

it('masks and boxes are not moved by wrong parameters', () => {
  const crop = a.crop({ height: 8, width: 8 });
  expect(() => crop.applyToMask(image, {} as never)).toThrow(/^invalid x of crop/);
  expect(() => crop.applyToBoxes([[0, 0, 1, 1]], { x: 0, y: Number.NaN }, { height: 16, width: 16 })).toThrow(
    /^invalid y of crop: NaN/,
  );
});
