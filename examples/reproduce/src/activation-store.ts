import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NpyArray, writeNpz } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { activations, type InceptionEngine, type ResizeMode } from '@cxr/fid';
import { readActivations } from '@cxr/fid/node';
import type { NdArray } from 'ndarray';
import type { ImageSource } from './image-source.js';

/** How `ActivationStore.rows` reports, and how it is stopped. */
export interface RowsHooks {
  readonly signal?: AbortSignal | undefined;
  /** Called with the images done so far, of those that are computed. */
  readonly onImages?: ((done: number) => void) | undefined;
}

/** Activations of whole sets, kept in a folder: each set is computed once, also by runs that were killed in between. */
export class ActivationStore {
  readonly engine: InceptionEngine;
  readonly #folder: string;

  constructor(folder: string, engine: InceptionEngine) {
    this.#folder = folder;
    this.engine = engine;
  }

  has(source: ImageSource, resize: ResizeMode): boolean {
    return existsSync(this.#file(source, resize));
  }

  /** Activations `[n, dims]` of a set, read or computed. */
  async rows(
    source: ImageSource,
    resize: ResizeMode,
    { signal, onImages }: RowsHooks = {},
  ): Promise<NdArray<Float32Array>> {
    const file = this.#file(source, resize);
    if (existsSync(file)) return (await readActivations(file)).activations!;
    const rows = await activations(source.read(signal), this.engine, {
      resize,
      signal,
      total: source.count,
      onProgress: ({ done }) => onImages?.(done),
    });
    const array: NpyArray = { data: rows.data, shape: [...rows.shape], dtype: 'float32' };
    await writeFileAtomic(file, writeNpz({ activations: array }));
    return rows;
  }

  /** Forgets a set that is of no more use. */
  async remove(source: ImageSource, resize: ResizeMode): Promise<void> {
    await rm(this.#file(source, resize), { force: true });
  }

  #file({ key, count }: ImageSource, resize: ResizeMode): string {
    return join(this.#folder, `${key}-${count}-${resize}.npz`);
  }
}
