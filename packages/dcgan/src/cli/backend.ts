import { type BackendName, useBackend } from '@cxr/backend';
import { type FlagSpecs, type Flags, numberOf, textOf } from './flags.js';
import type { Output } from './output.js';

export const BACKEND_FLAGS: FlagSpecs = { backend: { type: 'string' }, threads: { type: 'string' } };

/** Readies the backend that the flags ask for, and says which it is. */
export async function readyBackend(flags: Flags, output: Output): Promise<string> {
  const wanted = (textOf(flags, 'backend') ?? 'auto') as BackendName | 'auto';
  const threads = numberOf(flags, 'threads');
  const { name } = await useBackend(wanted, threads === undefined ? {} : { threads });
  output.note(`backend ${name}`);
  return name;
}
