import { writeFileAtomic } from '@cxr/data/node';
import { exportOnnx } from '../networks/export-onnx.js';
import { loadGenerator } from '../node/load-checkpoint.js';
import { readyBackend } from './backend.js';
import { type FlagSpecs, numberOf, parseFlags, requiredText } from './flags.js';
import type { Output } from './output.js';

const FLAGS: FlagSpecs = {
  checkpoint: { type: 'string' },
  step: { type: 'string' },
  out: { type: 'string' },
};

/** `cxr-dcgan export`: a checkpoint's generator as an ONNX file. @returns the exit status. */
export async function exportCommand(args: readonly string[], output: Output): Promise<number> {
  const flags = parseFlags(args, FLAGS);
  const [folder, out] = [requiredText(flags, 'checkpoint'), requiredText(flags, 'out')];
  const step = numberOf(flags, 'step');
  await readyBackend({ backend: 'cpu' }, output);
  const generator = await loadGenerator(folder, step === undefined ? {} : { step });
  await writeFileAtomic(out, await exportOnnx(generator));
  output.result(out);
  return 0;
}
