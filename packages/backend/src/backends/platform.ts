/** One of Node's own modules, or undefined outside Node. Found at run time, so that bundlers do not look for it. */
function builtin<T>(name: string): T | undefined {
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return node?.getBuiltinModule?.(name) as T | undefined;
}

/** `require` for this package's dependencies, or undefined outside Node. */
export function nodeRequire(): NodeJS.Require | undefined {
  return builtin<typeof import('node:module')>('node:module')?.createRequire(import.meta.url);
}

/** The number of processors that this process may use. */
export function processors(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** True where a thread may wait for another: everywhere except on the main thread of a browser page. */
export function mayBlock(): boolean {
  return !('document' in globalThis);
}

/**
 * Starts a thread that runs `main` with `data`; resolves when `main` calls `ready`. The thread gets the text of `main`, which
 * can therefore use nothing outside itself. It does not keep a Node process alive.
 *
 * @throws Error when the thread cannot start, or `data` cannot be sent to it.
 */
export async function startThread<Data>(
  main: (data: Data, ready: () => void) => unknown,
  data: Data,
): Promise<void> {
  const threads = builtin<typeof import('node:worker_threads')>('node:worker_threads');
  if (threads) {
    const text = `const { parentPort } = require('node:worker_threads');
      parentPort.once('message', (data) => (${main})(data, () => parentPort.postMessage(0)));`;
    const worker = new threads.Worker(text, { eval: true, execArgv: [] });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject).postMessage(data);
    });
    worker.unref();
    return;
  }
  // An error inside an async function does not reach the worker's onerror, so it is sent as a message.
  const text = `onmessage = async ({ data }) => {
    try { await (${main})(data, () => postMessage('')); } catch (error) { postMessage(String(error)); }
  };`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }) => (data === '' ? resolve() : reject(new Error(data)));
      // The message is empty where a content security policy forbids workers.
      worker.onerror = ({ message }) =>
        reject(
          new Error(message || 'a worker does not start (a content security policy needs worker-src blob:)'),
        );
      worker.postMessage(data);
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    URL.revokeObjectURL(url);
  }
}
