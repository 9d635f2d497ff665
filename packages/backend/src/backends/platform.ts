/** Node's own modules, when this runs in Node: asked for at run time, so that no bundler looks for them. */
function builtin<T>(name: string): T | undefined {
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return node?.getBuiltinModule?.(name) as T | undefined;
}

/** `require` as seen from this package, or undefined outside Node. */
export function nodeRequire(): NodeJS.Require | undefined {
  return builtin<typeof import('node:module')>('node:module')?.createRequire(import.meta.url);
}

/** Processors that this process may use. */
export function processors(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** True where a thread may wait for another: everywhere but in the thread of a browser's page. */
export function mayBlock(): boolean {
  return !('document' in globalThis);
}

/**
 * Starts a thread that runs `main`, which it is given as text, with `data`; resolves when `main` calls `ready`. The
 * thread does not keep a Node process alive.
 *
 * @throws Error where no thread can be started, or it cannot be given `data`.
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
  // An error inside an async function would not reach the worker's onerror.
  const text = `onmessage = async ({ data }) => {
    try { await (${main})(data, () => postMessage('')); } catch (error) { postMessage(String(error)); }
  };`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }) => (data === '' ? resolve() : reject(new Error(data)));
      // Without a message where a content security policy forbids it.
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
