import type { DataId } from '@tensorflow/tfjs-core';
import type { Pointer } from '../simd/module.js';
import type { WasmBackend } from './kernel-context.js';

/** Bytes of all transformed filters that are kept: those of both networks of a DCGAN of some millions of weights. */
const LIMIT = 1 << 26;

interface Entry {
  /** What the values were computed for, besides the filter. */
  key: string;
  at: Pointer;
  bytes: number;
}

/**
 * Transformed filters, kept as long as their tensors: in a GAN's training each network runs several times between two updates. The
 * values of a tensor never change: an update of a variable gives it the data of another tensor.
 */
export class FilterCache {
  readonly #backend: WasmBackend;
  readonly #entries = new Map<DataId, Entry>();
  #bytes = 0;

  constructor(backend: WasmBackend) {
    this.#backend = backend;
  }

  /**
   * The place of the values, or undefined where there is no room for them.
   *
   * @param key tells transforms of the same data apart: one of them is kept.
   * @param compute writes the values, if they are not there yet.
   */
  find(filter: DataId, key: string, floats: number, compute: (at: Pointer) => void): Pointer | undefined {
    const found = this.#entries.get(filter);
    if (found?.key === key) return found.at;
    if (found) this.#drop(filter, found);
    for (const [id, entry] of this.#entries) if (!this.#backend.dataIdMap.has(id)) this.#drop(id, entry);
    const bytes = floats * 4;
    if (this.#bytes + bytes > LIMIT) return undefined;
    // An address above 2 GiB is returned as a negative number.
    const at = this.#backend.wasm._malloc(bytes) >>> 0;
    if (at === 0) return undefined;
    this.#bytes += bytes;
    compute(at);
    this.#entries.set(filter, { key, at, bytes });
    return at;
  }

  #drop(id: DataId, { at, bytes }: Entry): void {
    this.#entries.delete(id);
    this.#bytes -= bytes;
    this.#backend.wasm._free(at);
  }
}
