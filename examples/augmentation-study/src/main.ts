import { createOutput, type Output, runCli } from '@cxr/cli';
import { checkWritableFolder } from '@cxr/data/node';
import { addStudyFlags, optionsOf, type StudyFlags } from './options.js';
import { summaryOf } from './report/render.js';
import { runStudy } from './run-study.js';

/** `npm run study`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'npm run study',
    version: '0.0.0',
    output,
    interruptNote: 'interrupted: the same command goes on from here (again to stop at once)',
    define(program, { signal }) {
      addStudyFlags(program).action(async (flags: StudyFlags) => {
        const options = optionsOf(flags);
        await checkWritableFolder(options.out);
        const { metrics, report } = await runStudy(options, {
          onProgress: output.progress,
          onMessage: output.note,
          signal,
        });
        for (const line of summaryOf(metrics)) output.result(line);
        for (const note of metrics.notes) output.result(note);
        output.result(`report: ${report}`);
      });
    },
  });
}
