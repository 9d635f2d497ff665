/** One of Node's own modules, or undefined outside Node. Found at run time, so that bundlers do not look for it. */
function builtin<T>(name: string): T | undefined {
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return node?.getBuiltinModule?.(name) as T | undefined;
}

/** `require` for this package's dependencies, or undefined outside Node. */
export function nodeRequire(): NodeJS.Require | undefined {
  return builtin<typeof import('node:module')>('node:module')?.createRequire(import.meta.url);
}

/**
 * The path of an optional peer.
 * @param packages what is installed for it, with versions. @default itself
 * @throws Error that says how to install it where it is missing.
 */
export function resolvePeer(require: NodeJS.Require, name: string, packages: string = name): string {
  try {
    return require.resolve(name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new Error(`${name} is not installed: npm install ${packages}`, { cause });
  }
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
 * Starts a thread that runs `main` with `data` and `helpers`; resolves when `main` calls `ready`. The thread gets the text of
 * these functions, which can therefore use nothing outside themselves. It does not keep a Node process alive.
 *
 * @returns a function that ends the thread.
 * @throws Error when the thread cannot start, or `data` cannot be sent to it.
 */
export async function startThread<Data, Helpers extends Record<string, unknown>>(
  main: (data: Data, ready: () => void, helpers: Helpers) => unknown,
  data: Data,
  helpers: Helpers,
): Promise<() => void> {
  const own = Object.entries(helpers).map(([name, helper]) => `${JSON.stringify(name)}: ${helper}`);
  const text = `(data, ready) => (${main})(data, ready, { ${own.join(', ')} })`;
  const threads = builtin<typeof import('node:worker_threads')>('node:worker_threads');
  return threads ? startInNode(threads, text, data) : startInBrowser(text, data);
}

async function startInNode(
  { Worker }: typeof import('node:worker_threads'),
  main: string,
  data: unknown,
): Promise<() => void> {
  const text = `const { parentPort } = require('node:worker_threads');
    parentPort.once('message', (data) => (${main})(data, () => parentPort.postMessage(0)));`;
  const worker = new Worker(text, { eval: true, execArgv: [] });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject).postMessage(data);
  });
  worker.unref();
  return () => void worker.terminate();
}

async function startInBrowser(main: string, data: unknown): Promise<() => void> {
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
  return () => worker.terminate();
}
