import { createOutput, type Output, packageVersion, runCli } from '@cxr/cli';
import { defineExplore } from './explore.js';
import { type AugmentFlags, addFlags, optionsOf } from './options.js';
import { type RunResult, run } from './run.js';

/** `cxr-augment`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'cxr-augment',
    version: packageVersion(new URL('../../package.json', import.meta.url)),
    output,
    interruptNote: 'interrupted; run the command again to continue (Ctrl-C again: stop at once)',
    define(program, context) {
      const { signal } = context;
      // Flags after the name of a subcommand are its own.
      addFlags(program.enablePositionalOptions()).action(
        async (input: string, folder: string, flags: AugmentFlags) => {
          const options = optionsOf(input, folder, flags);
          const result = await run(options, signal, ({ done, total }) =>
            output.progress({ phase: 'augmenting', done, total, unit: 'copies' }),
          );
          for (const bad of result.bad) output.note(`left out ${bad}`);
          for (const warning of result.warnings) output.note(`warning: ${warning}`);
          output.result(options.json ? JSON.stringify(result) : inWords(result, folder));
        },
      );
      defineExplore(program, context);
    },
  });
}

function inWords({ written, kept, images, seconds, contactSheet }: RunResult, folder: string): string {
  const before = kept === 0 ? '' : `, ${kept} were already there`;
  return `${written} copies of ${images} images written to ${folder} in ${seconds.toFixed(1)} s${before}. See ${contactSheet}`;
}
