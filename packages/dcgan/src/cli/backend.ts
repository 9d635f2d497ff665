import { BACKEND_NAMES, type BackendName, OLD_BACKEND_NAMES, useBackend } from '@cxr/backend';
import { backendFlag, type Command, type Output, threadsFlag } from '@cxr/cli';

export interface BackendFlags {
  backend: BackendName | 'auto';
  threads?: number | undefined;
}

export function addBackendFlags(command: Command): Command {
  return command
    .addOption(backendFlag(BACKEND_NAMES, OLD_BACKEND_NAMES))
    .addOption(threadsFlag('the backend'));
}

/** Readies the backend that the flags ask for, and says which it is. */
export async function readyBackend({ backend, threads }: BackendFlags, output: Output): Promise<string> {
  const { name } = await useBackend(backend, { threads });
  output.note(`backend ${name}`);
  return name;
}
