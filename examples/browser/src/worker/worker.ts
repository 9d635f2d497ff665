// A thread of the page. The code of a part is loaded when it is first called.
import { expose } from 'comlink';

/** The parts, and the functions of each. */
export interface Parts {
  augment: typeof import('./augment.js');
  generate: typeof import('./generate.js');
  quiz: typeof import('./quiz.js');
  score: typeof import('./score.js');
  train: typeof import('./train.js');
}

const PARTS: { readonly [Name in keyof Parts]: () => Promise<Parts[Name]> } = {
  augment: () => import('./augment.js'),
  generate: () => import('./generate.js'),
  quiz: () => import('./quiz.js'),
  score: () => import('./score.js'),
  train: () => import('./train.js'),
};

/** What is exposed to the page. */
export interface Api {
  call(part: keyof Parts, name: string, ...args: unknown[]): Promise<unknown>;
}

const api: Api = {
  async call(part, name, ...args) {
    const functions = (await PARTS[part]()) as unknown as Record<string, (...args: unknown[]) => unknown>;
    return functions[name]!(...args);
  },
};
expose(api);
