import * as exported from '@cxr/augment';
import { expect, it } from 'vitest';
import { EVERY } from './every-transform.js';

it('names every exported function that makes a transform', () => {
  const others = [
    'affineMatrix',
    'augment',
    'createRng',
    'cutMix',
    'invertAffine',
    'mixUp',
    'multiplyAffine',
    'recycle',
    'replay',
    'rotationMatrix',
    'transformPoint',
    'views',
    'warpAffine',
  ];
  // They need references with the image's channels: references.test.ts.
  others.push('fourierAdaptation', 'histogramMatching');
  // A pipeline is in there under the names of presets and choices.
  const listed = new Set([...Object.keys(EVERY), 'compose', ...others]);
  expect(Object.keys(exported).filter((name) => !listed.has(name))).toEqual([]);
  for (const [name, transform] of Object.entries(EVERY))
    expect(typeof transform.apply, name).toBe('function');
});
