import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpy, writeNpy } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import type { Image } from '@cxr/image';

/** Generated images. */
export interface Generated {
  readonly size: number;
  /** Grey values `[size, size]` of each, 0..255. */
  readonly images: readonly Uint8Array[];
}

const fileOf = (folder: string): string => join(folder, 'fakes.npy');

/** Whether the images of a generator are there already. */
export function isGenerated(folder: string): boolean {
  return existsSync(fileOf(folder));
}

/** The first `count` images that a folder keeps; undefined where it has fewer. */
export async function keptImages(folder: string, count: number): Promise<Generated | undefined> {
  if (!isGenerated(folder)) return undefined;
  const { data, shape } = readNpy(await readFile(fileOf(folder)));
  const [kept = 0, size = 0] = shape;
  if (kept < count) return undefined;
  const pixels = size * size;
  const images = Array.from({ length: count }, (_, i) =>
    (data as Uint8Array).slice(i * pixels, (i + 1) * pixels),
  );
  return { size, images };
}

/** Collects generated grey images of one size, and keeps them in a folder. */
export async function keepImages(
  folder: string,
  size: number,
  drawn: AsyncIterable<Image>,
  onImage?: (done: number) => void,
): Promise<Generated> {
  const images: Uint8Array[] = [];
  for await (const one of drawn) {
    images.push(Uint8Array.from(one.data));
    onImage?.(images.length);
  }
  const data = new Uint8Array(images.length * size * size);
  for (const [i, one] of images.entries()) data.set(one, i * size * size);
  await writeFileAtomic(
    fileOf(folder),
    writeNpy({ data, shape: [images.length, size, size, 1], dtype: 'uint8' }),
  );
  return { size, images };
}
