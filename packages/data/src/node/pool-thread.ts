import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { CxrFileError } from '@cxr/image';
import { CLOSE, type PoolReply } from './pool-task.js';

/** An item and the promise of its result. */
export interface PoolJob {
  item: unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Characters of an item that an error shows. */
const SHOWN = 200;

/** One thread of a pool, and the jobs that it has been given. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #jobs: Map<number, PoolJob> = new Map();
  readonly #ended: Promise<void>;
  #next = 0;
  #alive = true;

  /** `onFree` is called whenever the thread can take another job, or has died. */
  constructor(script: URL, task: URL, onFree: () => void) {
    this.#worker = new Worker(script, { workerData: task.href });
    this.#worker.on('message', (reply: PoolReply) => {
      this.#settle(reply);
      onFree();
    });
    let cause: unknown;
    const fail = (error: unknown): void => {
      cause ??= error;
      this.#alive = false;
    };
    this.#worker.on('error', fail);
    this.#worker.on('messageerror', (error) => {
      fail(error);
      void this.#worker.terminate();
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (status) => {
        this.#alive = false;
        this.#abandon(status, cause);
        onFree();
        resolve();
      });
    });
  }

  /** Whether it can be given jobs. */
  get alive(): boolean {
    return this.#alive;
  }

  /** How many jobs it has. */
  get load(): number {
    return this.#jobs.size;
  }

  /** @throws DataCloneError for an item that cannot be sent. */
  give(job: PoolJob): void {
    const id = this.#next++;
    this.#worker.postMessage({ id, item: job.item });
    this.#jobs.set(id, job);
  }

  /** Ends it after the jobs it has. */
  close(): Promise<void> {
    this.#worker.postMessage(CLOSE);
    return this.#ended;
  }

  #settle(reply: PoolReply): void {
    const job = this.#jobs.get(reply.id);
    this.#jobs.delete(reply.id);
    if ('value' in reply) job?.resolve(reply.value);
    else if ('fault' in reply) job?.reject(reply.fault);
    else {
      const { code, reason, file } = reply.error;
      job?.reject(new CxrFileError(code, reason, { file }));
    }
  }

  /** Nobody else will answer for the jobs of a thread that has ended. */
  #abandon(status: number, cause: unknown): void {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    const items = jobs.map(({ item }) => inspect(item, { breakLength: Infinity }).slice(0, SHOWN)).join(', ');
    const why = cause instanceof Error ? cause.message : `exit code ${status}`;
    for (const job of jobs) {
      job.reject(new Error(`a worker thread has ended (${why}) while working on ${items}`, { cause }));
    }
  }
}
