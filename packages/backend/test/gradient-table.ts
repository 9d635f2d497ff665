import { type BackendName, type BackendOptions, useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate } from './differentiate.js';
import { GRADIENT_CASES } from './gradient-cases.js';
import { TIES } from './ties.js';

/** Central differences of float32 values: their rounding, over twice the step, is 1e-4 of the largest gradient. */
const TOLERANCE = 2e-3;

/** Outputs beside the cpu backend's: float32 in another order. */
const FORWARD = 1e-5;

/** How far `found` lies outside `low` … `high`, relative to the largest slope (at least 1). */
function outside(found: Float32Array, low: Float64Array, high: Float64Array): number {
  expect(found.length).toBe(low.length);
  const size = Math.max(1, ...low.map(Math.abs), ...high.map(Math.abs));
  return Math.max(0, ...low.map((value, i) => Math.max(value - found[i]!, found[i]! - high[i]!))) / size;
}

/** Tests every operation on one backend: gradients against differences of its own outputs, outputs against cpu's. */
export function testGradientTable(name: BackendName, options: BackendOptions = {}): void {
  const expected = new Map<string, Float32Array>();

  beforeAll(async () => {
    await useBackend('cpu');
    for (const [group, cases] of Object.entries(GRADIENT_CASES)) {
      for (const [title, c] of Object.entries(cases)) expected.set(`${group} ${title}`, output(c));
    }
    await useBackend(name, options);
  });

  describe.each(Object.entries(GRADIENT_CASES))('%s', (group, cases) => {
    it.each(Object.entries(cases))('%s', (title, c) => {
      const { y, pairs } = differentiate(c);
      const reference = expected.get(`${group} ${title}`)!;
      expect(y.length).toBe(reference.length);
      const scale = Math.max(1, ...reference.map(Math.abs));
      const worst = Math.max(0, ...reference.map((value, i) => Math.abs(value - y[i]!)));
      expect(worst / scale).toBeLessThan(FORWARD);
      expect(pairs.length).toBeGreaterThan(0);
      for (const { found, left, right } of pairs) {
        expect(found.every(Number.isFinite)).toBe(true);
        expect(outside(found, left, right)).toBeLessThan(TOLERANCE);
      }
    });
  });

  describe('ties and NaN', () => {
    it.each(Object.entries(TIES))('%s', (_, { run, expected }) => {
      expect([...tf.tidy(run).dataSync()].map((value) => Math.fround(value))).toEqual(
        expected.map((value) => Math.fround(value)),
      );
    });
  });
}

function output(c: (typeof GRADIENT_CASES)[string][string]): Float32Array {
  return differentiate(c, { outputOnly: true }).y;
}
