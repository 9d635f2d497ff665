import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Job, type Outcome, perform, type Task } from './task.js';

/**
 * Performs the tasks on this many threads (one: on this one) and yields the outcomes as they come. Once `signal` aborts,
 * no task is begun any more; those under way are finished.
 */
export async function* performAll(
  job: Job,
  tasks: readonly Task[],
  workers: number,
  signal: AbortSignal,
): AsyncGenerator<Outcome, void, void> {
  const threads =
    workers > 1 ? Array.from({ length: Math.min(workers, tasks.length) }, () => thread(job)) : [];
  const idle = threads.length > 0 ? threads.map(({ run }) => run) : [(task: Task) => perform(job, task)];
  const queue = [...tasks].reverse();
  const running = new Set<Promise<{ outcome: Outcome; run: (task: Task) => Promise<Outcome> }>>();
  try {
    while (true) {
      while (idle.length > 0 && queue.length > 0 && !signal.aborted) {
        const run = idle.pop()!;
        const promise = run(queue.pop()!).then((outcome) => {
          running.delete(promise);
          return { outcome, run };
        });
        running.add(promise);
      }
      if (running.size === 0) return;
      const { outcome, run } = await Promise.race(running);
      idle.push(run);
      yield outcome;
    }
  } finally {
    // A thread that is terminated while a native decoder works for it brings down the whole process.
    await Promise.allSettled(running);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

function thread(job: Job) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: job });
  const run = async (task: Task): Promise<Outcome> => {
    worker.postMessage(task);
    // `once` rejects where the worker ends with an error.
    const [outcome] = (await once(worker, 'message')) as [Outcome];
    return outcome;
  };
  return { worker, run };
}
