import { createOutput, type Output, packageVersion, runCli } from '@cxr/cli';
import { defineFetch } from './fetch.js';
import { defineInspect } from './inspect.js';

/** `cxr-data`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'cxr-data',
    version: packageVersion(new URL('../../package.json', import.meta.url)),
    output,
    define(program, context) {
      program.description('Looks at data sets of chest X-rays, and fetches one.');
      defineInspect(program, context);
      defineFetch(program, context);
    },
  });
}
