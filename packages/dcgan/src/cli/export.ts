import { type CliContext, type Command, choiceFlag, UsageError, wholeNumberFlag } from '@cxr/cli';
import { checkWritable, writeFileAtomic } from '@cxr/data/node';
import { exportOnnx } from '../networks/export-onnx.js';
import { writeGenerator } from '../networks/generator-file.js';
import { loadGenerator, readCheckpointInfo } from '../node/load-checkpoint.js';
import { readyBackend } from './backend.js';

interface ExportFlags {
  checkpoint: string;
  step?: number;
  out: string;
  type?: 'F32' | 'F16';
}

/** Adds `cxr-dcgan export`. */
export function defineExport(program: Command, { output }: CliContext): void {
  program
    .command('export')
    .description(
      'write a checkpoint’s generator as one file: ONNX, or safetensors for sample, loadGenerator and readGenerator',
    )
    .requiredOption('--checkpoint <dir>', 'a run, or one of its checkpoints')
    .requiredOption('--out <file>', 'the file: safetensors if it ends so, else ONNX')
    .addOption(wholeNumberFlag('--step <n>', 'which checkpoint of a run (default: the last)'))
    .addOption(choiceFlag('--type <name>', 'how safetensors hold the weights (default: F32)', ['F32', 'F16']))
    .action(async ({ checkpoint, out, step, type }: ExportFlags) => {
      const whole = out.endsWith('.safetensors');
      if (type !== undefined && !whole) throw new UsageError('--type is for a .safetensors file');
      await checkWritable(out);
      await readyBackend({ backend: 'cpu' }, output);
      const generator = await loadGenerator(checkpoint, { step });
      const bytes = whole
        ? await writeGenerator(generator, await readCheckpointInfo(checkpoint, { step }), { type })
        : await exportOnnx(generator);
      generator.dispose();
      await writeFileAtomic(out, bytes);
      output.result(out);
    });
}
