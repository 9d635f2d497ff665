import { BACKEND_NAMES, type BackendName, OLD_BACKEND_NAMES, useBackend } from '@cxr/backend';
import { type Command, choiceFlag, type Output, wholeNumberFlag } from '@cxr/cli';

export interface BackendFlags {
  backend: BackendName | 'auto';
  threads?: number | undefined;
}

export function addBackendFlags(command: Command): Command {
  return command
    .addOption(
      choiceFlag(
        '--backend <name>',
        'TensorFlow.js backend',
        ['auto', ...BACKEND_NAMES],
        OLD_BACKEND_NAMES,
      ).default('auto'),
    )
    .addOption(wholeNumberFlag('--threads <n>', 'threads of the backend (default: one a core)', { min: 1 }));
}

/** Readies the backend that the flags ask for, and says which it is. */
export async function readyBackend({ backend, threads }: BackendFlags, output: Output): Promise<string> {
  const { name } = await useBackend(backend, { threads });
  output.note(`backend ${name}`);
  return name;
}
