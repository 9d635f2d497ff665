import { downloadProgress } from '@cxr/cli';
import { expect, it } from 'vitest';

it('gives megabytes to one decimal, and no total where it is unknown', () => {
  expect(downloadProgress('weights', { received: 12_345_678, total: 95_628_359 })).toEqual({
    phase: 'weights',
    done: 12.3,
    total: 95.6,
    unit: 'MB',
  });
  expect(downloadProgress('weights', { received: 0 }).total).toBeUndefined();
});
