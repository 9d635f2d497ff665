import { createOutput, type Output, packageVersion, runCli } from '@cxr/cli';
import { defineCompare } from './compare.js';
import { defineExport } from './export.js';
import { defineInfo } from './info.js';
import { defineSample } from './sample.js';
import { defineTrain } from './train.js';

/** `cxr-dcgan`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'cxr-dcgan',
    version: packageVersion(new URL('../../package.json', import.meta.url)),
    output,
    interruptNote: 'ending after this step, with a checkpoint (once more: at once)',
    define(program, context) {
      program
        .description('Trains a DCGAN on chest X-rays and draws images from it.')
        .addHelpText('after', '\nA checkpoint is a run’s folder (--out of train) or one checkpoint in it.');
      for (const define of [defineTrain, defineSample, defineInfo, defineCompare, defineExport])
        define(program, context);
    },
  });
}
