import { createOutput, type Output, runCli } from '@cxr/cli';
import { addRunFlags, optionsOf, type RunFlags } from './options.js';
import { inWords } from './report.js';
import { run } from './run.js';

/** `npm start`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'npm start',
    version: '0.0.0',
    output,
    interruptNote:
      'interrupted: finishing the current step, then a checkpoint and a report (again to stop at once)',
    define(program, { signal }) {
      addRunFlags(program).action(async (flags: RunFlags) => {
        const hooks = { onProgress: output.progress, onMessage: output.note, signal };
        const { metrics, report, grid } = await run(optionsOf(flags), hooks);
        output.result(inWords(metrics));
        for (const note of metrics.notes) output.result(note);
        output.result(`report: ${report}\nsample grid: ${grid}`);
      });
    },
  });
}
