import { createOutput, type Output, packageVersion, runCli } from '@cxr/cli';
import { defineConvert } from './convert.js';
import { defineMerge } from './merge.js';
import { addScoreFlags, type ScoreFlags } from './options.js';
import { score } from './score.js';
import { defineSensitivity } from './sensitivity.js';
import { defineWatch } from './watch.js';

/** `cxr-fid`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'cxr-fid',
    version: packageVersion(new URL('../../package.json', import.meta.url)),
    output,
    define(program, context) {
      // Flags after the name of a subcommand are its own, though the program has some of the same names.
      addScoreFlags(program.enablePositionalOptions()).action(
        (first: string, second: string, flags: ScoreFlags) => score([first, second], flags, context),
      );
      defineMerge(program, context);
      defineConvert(program, context);
      defineSensitivity(program, context);
      defineWatch(program, context);
    },
  });
}
