import { fileNames } from '@cxr/cli';
import { expect, it } from 'vitest';

it('keeps plain names, and replaces other signs', () => {
  expect(fileNames(['NORMAL', 'No_Finding', 'a/b'])).toEqual(['NORMAL', 'No_Finding', 'a_b']);
});

it('adds a hash of the name where two would be the same, capitals or not', () => {
  // By sha256sum.
  expect(fileNames(['A B', 'A_B', 'a_b', 'C'])).toEqual([
    'A_B-fea4c5ce720c',
    'A_B-6c1908f93f8d',
    'a_b-648fa9b31bc7',
    'C',
  ]);
});
