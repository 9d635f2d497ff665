import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@cxr/data';
import { makeFolder, writeFileAtomic } from '@cxr/data/node';
import { activations, type InceptionEngine } from '@cxr/fid';
import { type Image, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';

/** An image whose activations are needed: the same key stands for the same pixels. */
export interface KeyedImage {
  readonly key: string;
  load(): Promise<Image> | Image;
}

/** Images computed between two writes. */
const CHUNK = 128;

/** Activations by key, kept in a folder: each is computed once, also by runs that were killed in between. */
export interface FeatureStore {
  readonly dims: number;
  /** Of those images, how many are still to be computed. */
  missing(keys: readonly string[]): number;
  /** Activations `[n, dims]` in the order given. */
  rows(
    images: readonly KeyedImage[],
    hooks?: { signal?: AbortSignal | undefined; onImage?: (() => void) | undefined },
  ): Promise<NdArray<Float32Array>>;
}

/** Opens the store, with what earlier runs have computed. */
export async function openFeatures(
  folder: string,
  engine: InceptionEngine,
  dims: number,
): Promise<FeatureStore> {
  const known = new Map<string, Float32Array>();
  await makeFolder(folder);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'));
  for (const name of files) {
    for (const [key, { data }] of readSafetensors(await readFile(join(folder, name)))) known.set(key, data);
  }
  let next = files.length;
  const compute = async (some: readonly KeyedImage[], signal: AbortSignal | undefined): Promise<void> => {
    async function* load() {
      for (const { load } of some) yield await load();
    }
    const { data } = await activations(load(), engine, { resize: 'pil299', total: some.length, signal });
    const made = new Map<string, { shape: number[]; data: Float32Array }>();
    for (const [i, { key }] of some.entries()) {
      made.set(key, { shape: [dims], data: data.slice(i * dims, (i + 1) * dims) });
    }
    await writeFileAtomic(
      join(folder, `${String(next++).padStart(5, '0')}.safetensors`),
      writeSafetensors(made),
    );
    for (const [key, { data: row }] of made) known.set(key, row);
  };
  return {
    dims,
    missing: (keys) => new Set(keys.filter((key) => !known.has(key))).size,
    async rows(images, { signal, onImage } = {}) {
      const needed = new Map(images.filter(({ key }) => !known.has(key)).map((one) => [one.key, one]));
      const queue = [...needed.values()];
      for (let first = 0; first < queue.length; first += CHUNK) {
        signal?.throwIfAborted();
        const some = queue.slice(first, first + CHUNK);
        await compute(some, signal);
        for (const _ of some) onImage?.();
      }
      const out = new Float32Array(images.length * dims);
      for (const [i, { key }] of images.entries()) out.set(known.get(key)!, i * dims);
      return ndarray(out, [images.length, dims]);
    },
  };
}
