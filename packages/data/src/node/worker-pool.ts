import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CxrFileError } from '@cxr/image';
import { CLOSE, type PoolReply, pathToTask, type Task } from './pool-task.js';

export interface WorkerPoolOptions {
  /** Threads. 0: in this thread. Default: as many as the machine runs at once, at most 8. */
  workers?: number;
  /** Results that may wait for the reader, those in work included: it bounds the memory. Default 64. */
  ahead?: number;
}

export interface MapOptions {
  signal?: AbortSignal;
}

/** What became of an item: its value, or the file's error. */
export type PoolResult<In, Out> = { item: In; value: Out } | { item: In; error: CxrFileError };

interface Job {
  item: unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  jobs: Map<number, Job>;
  ended: Promise<unknown>;
}

/** A second job lies ready while the first is worked on; more would be decoded at the same time, at the cost of memory. */
const JOBS_EACH = 2;

/**
 * Threads that run the default export of a module, `(item) => result`, on items in turn: for decoding and resizing ahead
 * of a network. Items and results are what can be cloned between threads; arrays of bytes or numbers in a result, itself
 * or its properties, are moved, not copied.
 */
export class WorkerPool<In, Out> {
  readonly #module: URL;
  readonly #ahead: number;
  readonly #threads: Thread[];
  readonly #queue: Job[] = [];
  #task: Promise<Task> | undefined;
  #next = 0;

  /** @throws RangeError for invalid options. */
  constructor(module: URL, options: WorkerPoolOptions = {}) {
    const { workers = Math.min(8, availableParallelism()), ahead = 64 } = options;
    if (!(Number.isSafeInteger(workers) && workers >= 0)) throw new RangeError(`invalid workers: ${workers}`);
    if (!(Number.isSafeInteger(ahead) && ahead > 0)) throw new RangeError(`invalid ahead: ${ahead}`);
    this.#module = module;
    this.#ahead = ahead;
    const script = builtScript(new URL('./pool-worker.js', import.meta.url));
    const task = builtScript(module);
    this.#threads = script && task ? Array.from({ length: workers }, () => this.#start(script, task)) : [];
  }

  /**
   * The results for `items`, in order. Items are taken only as results are read: no more than `ahead` of them are in work
   * or waiting.
   * @throws what the task throws, other than CxrFileError, which is a result; the signal's reason when aborted.
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
    const closed = new Error('the pool is closed');
    for (const job of this.#queue.splice(0)) job.reject(closed);
    for (const { worker } of this.#threads) worker.postMessage(CLOSE);
    await Promise.all(this.#threads.map(({ ended }) => ended));
  }

  #submit(item: In): Promise<PoolResult<In, Out>> {
    const running = this.#threads.length > 0 ? this.#elsewhere(item) : this.#here(item);
    const result = running.then(
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

  /** Gives jobs to the threads that have the fewest. */
  #assign(): void {
    while (this.#queue.length > 0) {
      const free = this.#threads.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a));
      if (free.jobs.size >= JOBS_EACH) return;
      const job = this.#queue.shift()!;
      const id = this.#next++;
      free.jobs.set(id, job);
      free.worker.postMessage({ id, item: job.item });
    }
  }

  #start(script: URL, task: URL): Thread {
    const worker = new Worker(script, { workerData: task.href });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const thread: Thread = { worker, jobs: new Map(), ended };
    worker.on('message', (reply: PoolReply) => {
      const job = thread.jobs.get(reply.id);
      thread.jobs.delete(reply.id);
      if ('error' in reply) {
        const { code, reason, file } = reply.error;
        job?.reject(new CxrFileError(code, reason, { file }));
      } else job?.resolve(reply.value);
      this.#assign();
    });
    const fail = (error: unknown): void => {
      for (const job of [...thread.jobs.values(), ...this.#queue.splice(0)]) job.reject(error);
      thread.jobs.clear();
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the worker thread has ended')));
    return thread;
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
