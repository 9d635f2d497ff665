import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@cxr/data';
import { listImages, readImage, readImages } from '@cxr/data/node';
import { describe, expect, it } from 'vitest';
import { readJsonLines, sha256 } from '../../../test/support/goldens.js';
import { findShared } from './support/fixtures.js';

const shared = findShared();

interface Row {
  file: string;
  mode: 'L' | 'RGB';
  shape: [number, number];
  sha256: string;
}

describe.skipIf(!shared)('real chest X-rays', () => {
  it('have the pixels that Pillow gives, by WebAssembly and by sharp', async () => {
    for (const row of readJsonLines<Row>('data/chest_xrays.jsonl')) {
      const file = join(shared!, row.file);
      const channels = row.mode === 'L' ? 1 : 3;
      for (const decoded of [await readImage(file), await decodeImage(await readFile(file))]) {
        expect(decoded.shape).toEqual([...row.shape, channels]);
        expect(sha256(decoded.data), row.file).toBe(row.sha256);
      }
    }
  });

  it('can all be read', async () => {
    const files = (await listImages(join(shared!, 'chest_xray_224/test'), { recursive: true })).slice(0, 200);
    let count = 0;
    for await (const { image } of readImages(files)) {
      expect(image.shape).toEqual([224, 224, 3]);
      count++;
    }
    expect(count).toBe(files.length);
  });
});
