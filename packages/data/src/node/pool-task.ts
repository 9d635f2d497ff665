import type { CxrFileErrorCode } from '@cxr/image';

/** What a pool runs: the default export of a module. */
export type Task = (item: unknown) => unknown;

/** A file's error in parts: errors lose their class on the way between threads. */
interface ErrorParts {
  code: CxrFileErrorCode;
  reason: string;
  file: string | undefined;
}

/** Tells a thread to end once its work is done. */
export const CLOSE = 'close';

/** What a thread answers: the task's value, its error about a file, or anything else that it threw. */
export type PoolReply =
  | { id: number; value: unknown }
  | { id: number; error: ErrorParts }
  | { id: number; fault: unknown };

/** @throws TypeError if the module has no default function. */
export async function pathToTask(href: string): Promise<Task> {
  const { default: task } = (await import(/* @vite-ignore */ href)) as { default?: unknown };
  if (typeof task !== 'function') throw new TypeError(`no default function in ${href}`);
  return task as Task;
}
