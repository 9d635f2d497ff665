import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CxrFileError, checkOptions, checkWholeNumber, describeValue } from '@cxr/image';
import { pathToTask, type Task } from './pool-task.js';
import { type PoolJob, PoolThread } from './pool-thread.js';

/** How many threads a pool has, and how far it works ahead. */
export interface WorkerPoolOptions {
  /** Threads; 0 means this thread. @default as many as the machine runs at once, at most 8 */
  workers?: number | undefined;
  /** Results that may wait for the reader, with those in work: bounds the memory. @default 64 */
  ahead?: number | undefined;
}

/** Options of `WorkerPool.map`. */
export interface MapOptions {
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
}

/** The result for an item: its value, or the file's error. */
export type PoolResult<In, Out> = { item: In; value: Out } | { item: In; error: CxrFileError };

/** Jobs given to a thread: the one it works on and the next. More would only take memory. */
const JOBS_EACH = 2;

/**
 * Threads that run the default export of a module, `(item) => result`, on items in turn: for decoding and resizing ahead
 * of a network. Items and results are what can be cloned between threads; arrays of bytes or numbers in a result, itself
 * or its properties, are moved, not copied. A thread that dies (out of memory, or the task ends its process) fails the
 * items that it was working on; another takes its place.
 */
export class WorkerPool<In, Out> {
  readonly #module: URL;
  readonly #ahead: number;
  readonly #start: (() => PoolThread) | undefined;
  readonly #threads: PoolThread[];
  readonly #queue: PoolJob[] = [];
  #task: Promise<Task> | undefined;
  #closed = false;

  /** @throws RangeError for unknown or invalid options; TypeError unless `module` is a URL. */
  constructor(module: URL, options: WorkerPoolOptions = {}) {
    checkOptions<WorkerPoolOptions>('WorkerPool', options, { workers: true, ahead: true });
    const { workers = Math.min(8, availableParallelism()), ahead = 64 } = options;
    checkWholeNumber('workers', workers, 0);
    checkWholeNumber('ahead', ahead);
    if (!(module instanceof URL)) throw new TypeError(`module must be a URL, not ${describeValue(module)}`);
    this.#module = module;
    this.#ahead = ahead;
    const script = builtScript(new URL('./pool-worker.js', import.meta.url));
    const task = builtScript(module);
    const start = script && task && (() => new PoolThread(script, task, () => this.#assign()));
    this.#start = start;
    this.#threads = start ? Array.from({ length: workers }, start) : [];
  }

  /**
   * The results for `items`, in order. Items are taken only as results are read: no more than `ahead` of them are in work
   * or waiting.
   * @throws what the task throws, other than CxrFileError, which is a result; Error naming the item whose thread has died,
   * or for a closed pool; the signal's reason when aborted.
   */
  async *map(items: Iterable<In>, options: MapOptions = {}): AsyncGenerator<PoolResult<In, Out>, void, void> {
    const { signal } = options;
    const waiting: Promise<PoolResult<In, Out>>[] = [];
    const source = items[Symbol.iterator]();
    let done = false;
    try {
      for (;;) {
        while (!done && waiting.length < this.#ahead) {
          signal?.throwIfAborted();
          const next = source.next();
          if (next.done) done = true;
          else waiting.push(this.#submit(next.value));
        }
        const first = waiting.shift();
        if (!first) return;
        const result = await first;
        signal?.throwIfAborted();
        yield result;
      }
    } finally {
      if (!done) source.return?.();
    }
  }

  /**
   * Ends the threads, each after the work in its hands: a thread that is terminated while a native decoder works for it
   * brings down the whole process.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(new Error('the pool is closed'));
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #submit(item: In): Promise<PoolResult<In, Out>> {
    const result = this.#run(item).then(
      (value) => ({ item, value: value as Out }),
      (error: unknown) => {
        if (error instanceof CxrFileError) return { item, error };
        throw error;
      },
    );
    // It may fail long before its turn comes; unobserved until then, it must not count as unhandled.
    result.catch(() => {});
    return result;
  }

  #run(item: In): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('the pool is closed'));
    return this.#threads.length > 0 ? this.#elsewhere(item) : this.#here(item);
  }

  async #here(item: In): Promise<unknown> {
    this.#task ??= pathToTask(this.#module.href);
    const task = await this.#task;
    return task(item);
  }

  #elsewhere(item: In): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#assign();
    });
  }

  /** Gives jobs to the threads that have the fewest; a thread that has died is replaced first. */
  #assign(): void {
    while (this.#queue.length > 0) {
      const at = this.#threads.findIndex(({ alive }) => !alive);
      if (at >= 0) this.#threads[at] = this.#start!();
      const free = this.#threads.reduce((a, b) => (b.load < a.load ? b : a));
      if (free.load >= JOBS_EACH) return;
      const job = this.#queue.shift()!;
      try {
        free.give(job);
      } catch (error) {
        job.reject(error);
      }
    }
  }
}

/**
 * A module as Node can load it in a thread, or undefined: run from TypeScript sources, as tests are, the built file beside
 * them.
 */
function builtScript(module: URL): URL | undefined {
  if (module.protocol !== 'file:') return module;
  if (!module.href.endsWith('.ts') && existsSync(fileURLToPath(module))) return module;
  const built = new URL(module.href.replace(/\/src\/((?:(?!\/src\/).)*)\.[jt]s$/, '/dist/$1.js'));
  return existsSync(fileURLToPath(built)) && !built.href.endsWith('.ts') ? built : undefined;
}
