import { savedReading, windowText } from '@cxr/cli';
import { expect, it } from 'vitest';

it.each([
  [{}],
  [{ bits: 1 }],
  [{ bits: 16, window: 'file' }],
  [{ window: 'all' }],
  [{ window: { centre: -600, width: 0.5 } }],
])('reads %j', (value) => {
  expect(savedReading(JSON.parse(JSON.stringify({ ...value, other: 1 })))).toEqual(value);
});

it.each([
  undefined,
  null,
  [],
  'file',
  { bits: 0 },
  { bits: 17 },
  { bits: 1.5 },
  { bits: '12' },
  { bits: null },
  { window: 'none' },
  { window: null },
  { window: [40, 400] },
  { window: { centre: 40 } },
  { window: { centre: 40, width: 0 } },
  { window: { centre: Number.POSITIVE_INFINITY, width: 1 } },
  { window: { centre: 0, width: Number.POSITIVE_INFINITY } },
])('does not take %j for it', (value) => {
  expect(savedReading(value)).toBeUndefined();
});

it('says a window as the flag takes it', () => {
  expect([windowText('all'), windowText({ centre: -600, width: 1500 })]).toEqual(['all', '-600,1500']);
});
