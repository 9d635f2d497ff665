import { writeFileAtomic } from '@cxr/data/node';
import { loadWeights } from '../node/load-weights.js';
import { writeSafetensors } from '../weights/safetensors.js';
import { note } from './progress.js';
import { UsageError } from './usage-error.js';

/** `cxr-fid convert WEIGHTS.pth OUT.safetensors`: the same tensors in a format that holds nothing but tensors. */
export async function convert(args: readonly string[]): Promise<void> {
  const [from, to] = args;
  if (from === undefined || to === undefined || args.length > 2 || !to.endsWith('.safetensors')) {
    throw new UsageError('usage: cxr-fid convert WEIGHTS.pth OUT.safetensors');
  }
  const { tensors } = await loadWeights(from);
  await writeFileAtomic(to, writeSafetensors(tensors));
  note(`wrote ${to}: ${tensors.size} tensors`);
}
