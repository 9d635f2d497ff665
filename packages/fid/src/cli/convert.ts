import { type CliContext, type Command, UsageError } from '@cxr/cli';
import { writeSafetensors } from '@cxr/data';
import { checkWritable, writeFileAtomic } from '@cxr/data/node';
import { loadWeights } from '../node/load-weights.js';

/** Adds `cxr-fid convert`: the same tensors as safetensors. */
export function defineConvert(program: Command, { output }: CliContext): void {
  program
    .command('convert')
    .description('write weights as safetensors, a format that holds nothing but tensors')
    .argument('<weights>', 'a .pth file')
    .argument('<out>', 'the .safetensors file to write')
    .action(async (from: string, to: string) => {
      if (!to.endsWith('.safetensors')) throw new UsageError(`the name must end in .safetensors: ${to}`);
      await checkWritable(to);
      const { tensors } = await loadWeights(from);
      await writeFileAtomic(to, writeSafetensors(tensors));
      output.note(`wrote ${to}: ${tensors.size} tensors`);
    });
}
