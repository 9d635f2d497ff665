import { assertEngine, type InceptionEngine } from '../engines/engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { assertDims } from '../inception/network.js';
import { createEngine } from './create-engine.js';
import { findWeights } from './find-weights.js';
import { loadWeights } from './load-weights.js';
import type { PathStatisticsOptions, UsedEngine } from './path-report.js';

/** The options that choose the engine. */
export type EngineOptions = Pick<
  PathStatisticsOptions,
  'engine' | 'dims' | 'weights' | 'backend' | 'threads' | 'signal'
>;

/** Length of the activations that the options ask for. @throws TypeError or RangeError if they do not fit. */
export function dimsOf({ engine, dims }: EngineOptions): number {
  if (typeof engine !== 'object') {
    assertDims(dims ?? 2048);
    return dims ?? 2048;
  }
  assertEngine(engine);
  if (dims !== undefined && dims !== engine.dims)
    throw new RangeError(`the engine ${engine.name} gives ${engine.dims} dims, not ${dims}`);
  return engine.dims;
}

/** What results say of an engine. */
export function describeEngine({ name, device, preprocessing, encoder }: InceptionEngine): UsedEngine {
  return { name, device, preprocessing, encoder };
}

/** An engine, and how to end its use. */
export interface OpenEngine {
  engine: InceptionEngine;
  /** Absent with a given engine. */
  weights?: InceptionWeights | undefined;
  /** Frees an engine that was made here; a given one is left alone. */
  dispose(): void;
}

/** The engine given, or a new one with the weights that are given or found. */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const { engine: requested, weights: given, dims = 2048, signal, backend, threads } = options;
  if (typeof requested === 'object') return { engine: requested, dispose: () => {} };
  assertDims(dims);
  const weights =
    given && 'tensors' in given
      ? given
      : await loadWeights(await findWeights({ ...given, signal: signal ?? given?.signal }));
  signal?.throwIfAborted();
  const engine = await createEngine(weights, { dims, engine: requested, backend, threads });
  return { engine, weights, dispose: () => engine.dispose() };
}
