import { createOutput, type Output, runCli } from '@cxr/cli';
import { checkWritableFolder } from '@cxr/data/node';
import { addReproduceFlags, optionsOf, type ReproduceFlags } from './options.js';
import { tableLines } from './report.js';
import { reproduce } from './reproduce.js';

/** `npm run reproduce`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'npm run reproduce',
    version: '0.0.0',
    output,
    interruptNote:
      'interrupted: finishing the current step, then a checkpoint; the same command goes on (again to stop at once)',
    define(program, { signal }) {
      addReproduceFlags(program).action(async (flags: ReproduceFlags) => {
        const options = optionsOf(flags);
        await checkWritableFolder(options.out);
        const hooks = { onProgress: output.progress, onMessage: output.note, signal };
        const { metrics, report } = await reproduce(options, hooks);
        for (const line of tableLines(metrics)) output.result(line);
        for (const note of metrics.notes) output.result(note);
        output.result(`report: ${report}`);
      });
    },
  });
}
