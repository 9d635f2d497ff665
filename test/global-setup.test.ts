import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { leftOut } from './global-setup.js';

describe('what this machine leaves out', () => {
  it('names the shared folder only where it is missing', () => {
    const about = (shared: string) =>
      leftOut({ CXR_SHARED: shared }).filter((line) => line.includes('X-rays'));
    expect(about('/no/such/folder')).toEqual([
      'Left out: tests with real X-rays and Inception weights: no folder /no/such/folder (CXR_SHARED names another).',
    ]);
    expect(about(tmpdir())).toEqual([]);
  });

  it('has one line for each kind', () => {
    const lines = leftOut();
    expect(new Set(lines).size).toBe(lines.length);
    for (const line of lines) expect(line).toMatch(/^Left out: tests .+: .+\.$/);
  });
});
