import {
  engine,
  findBackendFactory,
  type KernelBackend,
  registerBackend,
  removeBackend,
} from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../kernels/kernel-context.js';

/** The number of names that each wasm backend is registered under. */
const names = new WeakMap<WasmBackend, number>();

/** The factories that `registerName` has registered. */
const aliases = new WeakSet<() => KernelBackend | Promise<KernelBackend>>();

/**
 * From now on, counts the names that `backend` is registered under. `tf.removeBackend` and `tf.engine().reset()` dispose of
 * it once for each name, but its memory may be freed only with the last one.
 *
 * @param before called before the memory is freed.
 */
export function countNames(backend: WasmBackend, before: () => void): void {
  const free = backend.dispose.bind(backend);
  names.set(backend, 1);
  backend.dispose = () => {
    const left = (names.get(backend) ?? 0) - 1;
    names.set(backend, left);
    if (left !== 0) return;
    before();
    free();
  };
}

/** False once `tf.engine().reset()` or `tf.removeBackend` has freed the backend's memory. */
export function isAlive(backend: WasmBackend): boolean {
  return (names.get(backend) ?? 0) > 0;
}

/** True when the wasm backend registered under `name` has lost its memory, or its factory would return one that has. */
export function isSpent(name: string): boolean {
  const factory = findBackendFactory(name);
  const found = engine().registry[name] as unknown as WasmBackend | undefined;
  return found ? !found.wasm : aliases.has(factory);
}

/** Registers `name` as a second name for `backend`: it has the same tensors, but its own kernels. */
export function registerName(name: string, backend: WasmBackend): void {
  forget(name);
  const factory = (): KernelBackend => {
    if (!isAlive(backend)) throw new Error(`backend ${name} was reset or removed: call useBackend again`);
    names.set(backend, names.get(backend)! + 1);
    return backend as unknown as KernelBackend;
  };
  aliases.add(factory);
  registerBackend(name, factory);
}

/** Removes the backend registered under `name`, if there is one. */
export function forget(name: string): void {
  if (findBackendFactory(name)) removeBackend(name);
}

/** Returns a function that registers one of TensorFlow.js's own backends again after `tf.removeBackend`. */
export function restorer(name: string, priority: number): () => void {
  const factory = findBackendFactory(name);
  return () => {
    if (!findBackendFactory(name) && factory) registerBackend(name, factory, priority);
  };
}
