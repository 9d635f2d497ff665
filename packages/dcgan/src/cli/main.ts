import { CxrFileError } from '@cxr/image';
import { exportCommand } from './export.js';
import { infoCommand } from './info.js';
import type { Output } from './output.js';
import { sampleCommand } from './sample.js';
import { trainCommand } from './train.js';

const USAGE = `usage: cxr-dcgan train --data DIR --out DIR --steps N [flags]
       cxr-dcgan sample --checkpoint DIR --out DIR [--count N] [--seed S] 
               [--grid FILE] [--strip FILE] [--nearest FILE --data DIR]
       cxr-dcgan info --preset P | --checkpoint DIR [--json]
       cxr-dcgan export --checkpoint DIR --out FILE.onnx [--step N]

train   --preset dcgan|paper|modern  --size 32|64|128|256  --width W  --batch-size B  --seed S  --epochs E
        --class NAME | --conditional  --config FILE  --resume  --checkpoint-every K  --keep K  --sample-every K
        --samples N  --grow-from DIR  --backend auto|node|native|wasm|cpu  --threads N  --skip-bad  --stop-on-trouble
        and every setting of a config by its name: --diff-augment translation,cutout --ema 0.998 --loss hinge …
sample  --step N  --batch-size B  --truncation T  --label L  --stretch  --backend …
info    --step N, and every setting of a config

--grow-from begins with the layers that a smaller run shares: 64 pixels and width 32 for one of 128 and width 16.
DIR of a checkpoint is a run's folder (--out of train) or one checkpoint in it.
Exit status: 0, 1 for a failed computation, 2 for wrong usage or unreadable input, 130 when interrupted.`;

const COMMANDS = { train: trainCommand, sample: sampleCommand, info: infoCommand, export: exportCommand };

/** The command line without the process around it. @returns the exit status. */
export async function main(args: readonly string[], output: Output): Promise<number> {
  const [name = '', ...rest] = args;
  if (name === 'help' || args.some((arg) => arg === '--help' || arg === '-h')) {
    output.result(USAGE);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    output.note(name === '' ? USAGE : `unknown command: ${name}\n${USAGE}`);
    return 2;
  }
  try {
    return await COMMANDS[name as keyof typeof COMMANDS](rest, output);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const usage = error instanceof TypeError || error instanceof RangeError || error instanceof CxrFileError;
    output.note(`cxr-dcgan: ${usage && process.env.DEBUG === undefined ? error.message : error.stack}`);
    // What cannot be written (a full disk) is not the caller's mistake.
    return usage && !(error instanceof CxrFileError && error.code === 'unwritable') ? 2 : 1;
  }
}
