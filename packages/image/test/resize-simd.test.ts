import { describe, expect, it, vi } from 'vitest';
import { noiseImage, readJsonLines, sha256 } from '../../../test/support/goldens.js';

type Row = {
  seed: number;
  from: [number, number, number];
  to: [number, number];
  bicubic: string;
  lanczos: string;
};

describe('the loops of resizePillow', () => {
  it('in plain JavaScript give what Pillow gives, too', async () => {
    // As where a content security policy forbids WebAssembly; resize-pillow.test.ts is about the SIMD ones.
    vi.stubGlobal('WebAssembly', undefined);
    const { resizePillow } = await import('@cxr/image');
    // Every third: odd rows are grey, even ones RGB.
    const rows = readJsonLines<Row>('image/resize_8bit.jsonl').filter((_, i) => i % 3 === 0);
    const wrong = rows.filter((row) => {
      const source = noiseImage(...row.from, row.seed);
      return (['bicubic', 'lanczos'] as const).some((filter) => {
        const { data } = resizePillow(source, row.to[1], row.to[0], filter);
        return !sha256(data).startsWith(row[filter]);
      });
    });
    vi.unstubAllGlobals();
    expect(wrong).toEqual([]);
  });
});
