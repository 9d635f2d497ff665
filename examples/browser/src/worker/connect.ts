import { wrap } from 'comlink';
import type { Api, Parts } from './worker.js';
import address from './worker.ts?worker&url';

/** The functions of a part, called in a thread: each returns a promise. */
export type Calls<Name extends keyof Parts> = {
  [Key in keyof Parts[Name]]: Parts[Name][Key] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** A thread of the page that does the work of one part. */
export interface Connection<Name extends keyof Parts> {
  calls: Calls<Name>;
  /** Ends the thread, with whatever it is doing: a call that is going on is rejected. */
  end(): void;
}

/**
 * Starts a thread. Its script is imported by a small one that the page itself makes, because such a thread takes over the
 * page's content security policy: it, too, can ask no other server for anything.
 */
export function connect<Name extends keyof Parts>(part: Name): Connection<Name> {
  const script = `import ${JSON.stringify(new URL(address, document.baseURI).href)};`;
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module' });
  const remote = wrap<Api>(worker);
  let stop!: (reason: Error) => void;
  // A call to a thread that has ended, or whose script does not load, would never be answered.
  const failed = new Promise<never>((_, reject) => {
    stop = reject;
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(`a part of the page does not load: ${message ?? 'does the server still run?'}`)),
    );
  });
  failed.catch(() => {});
  const calls = new Proxy({} as Calls<Name>, {
    get(_, name) {
      // What has a `then` is taken for a promise.
      if (typeof name !== 'string' || name === 'then') return undefined;
      return (...args: unknown[]) => Promise.race([remote.call(part, name, ...args), failed]);
    },
  });
  return {
    calls,
    end() {
      worker.terminate();
      URL.revokeObjectURL(url);
      stop(new Error('this part of the page was stopped'));
    },
  };
}
