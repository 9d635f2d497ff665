import { createOutput, type Output, packageVersion, runCli } from '@cxr/cli';
import { defineConvert } from './convert.js';
import { defineMerge } from './merge.js';
import { addScoreFlags, optionsOf, type ScoreFlags } from './options.js';
import { score } from './score.js';

/** `cxr-fid`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'cxr-fid',
    version: packageVersion(new URL('../../package.json', import.meta.url)),
    output,
    define(program, context) {
      addScoreFlags(program).action((first: string, second: string, flags: ScoreFlags) =>
        score(optionsOf(first, second, flags), context),
      );
      defineMerge(program, context);
      defineConvert(program, context);
    },
  });
}
