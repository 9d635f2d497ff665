import { type CliContext, type Command, wholeNumberFlag } from '@cxr/cli';
import { checkWritable, writeFileAtomic } from '@cxr/data/node';
import { exportOnnx } from '../networks/export-onnx.js';
import { loadGenerator } from '../node/load-checkpoint.js';
import { readyBackend } from './backend.js';

interface ExportFlags {
  checkpoint: string;
  step?: number;
  out: string;
}

/** Adds `cxr-dcgan export`. */
export function defineExport(program: Command, { output }: CliContext): void {
  program
    .command('export')
    .description('write a checkpoint’s generator as an ONNX file')
    .requiredOption('--checkpoint <dir>', 'a run, or one of its checkpoints')
    .requiredOption('--out <file.onnx>', 'the file')
    .addOption(wholeNumberFlag('--step <n>', 'which checkpoint of a run (default: the last)'))
    .action(async ({ checkpoint, out, step }: ExportFlags) => {
      await checkWritable(out);
      await readyBackend({ backend: 'cpu' }, output);
      const generator = await loadGenerator(checkpoint, { step });
      await writeFileAtomic(out, await exportOnnx(generator));
      output.result(out);
    });
}
