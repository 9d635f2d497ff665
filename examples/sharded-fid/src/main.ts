import {
  type CliContext,
  type Command,
  choiceFlag,
  createOutput,
  Option,
  type Output,
  runCli,
  wholeNumberFlag,
} from '@cxr/cli';
import { DIMS, type Dims, RESIZE_MODES, type ResizeMode } from '@cxr/fid';
import { score } from './score.js';
import { work } from './work.js';

interface QueueFlags {
  redis: string;
  queue: string;
}

interface ScoreFlags extends QueueFlags {
  out: string;
  shards: number;
  dims: Dims;
  resize: ResizeMode;
  weights?: string;
  recursive?: boolean;
}

interface WorkFlags extends QueueFlags {
  threads?: number;
  stalledAfter: number;
}

/** `npm run sharded-fid`. @returns the exit status. */
export function main(args: readonly string[], output: Output = createOutput()): Promise<number> {
  return runCli(args, {
    name: 'npm run sharded-fid',
    version: '0.0.0',
    output,
    interruptNote: 'interrupted: what is done is kept; the same command goes on (once more: at once)',
    define(program, context) {
      program.description(
        'The FID of more images than one machine takes: statistics of shards as jobs of a BullMQ queue on Redis.\n' +
          'All machines see the images and the folder of the results at the same paths.',
      );
      defineScore(program, context);
      defineWork(program, context);
    },
  });
}

function defineScore(program: Command, context: CliContext): void {
  const command = program
    .command('score')
    .description('put the shards of two sets into the queue, wait for them, and print the FID')
    .argument('<real>', 'a folder of images, an .npy or an .npz of them')
    .argument('<fake>', 'the same')
    .requiredOption('--out <dir>', 'folder for the statistics of the shards, and the result')
    .addOption(wholeNumberFlag('--shards <n>', 'parts of each set', { min: 1, max: 100_000 }).default(20))
    .addOption(choiceFlag('--dims <n>', 'layer of the Inception network', DIMS).default(2048))
    .addOption(choiceFlag('--resize <mode>', 'how images become 299 × 299', RESIZE_MODES).default('pil299'))
    .option('--weights <file>', 'the Inception’s weights, at the same path on all machines')
    .option('--recursive', 'also read sub-folders');
  addQueueFlags(command).action((real: string, fake: string, flags: ScoreFlags) =>
    score([real, fake], flags, context),
  );
}

function defineWork(program: Command, context: CliContext): void {
  const command = program
    .command('work')
    .description('compute shards from the queue, one after the other, until Ctrl-C')
    .addOption(wholeNumberFlag('--threads <n>', 'threads of the network (default: all)', { min: 1 }))
    .addOption(
      wholeNumberFlag(
        '--stalled-after <s>',
        'seconds without a sign after which another worker gets a shard',
        {
          min: 1,
        },
      ).default(30),
    );
  addQueueFlags(command).action((flags: WorkFlags) => work(flags, context));
}

function addQueueFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--redis <url>',
        'the Redis server: whoever can write to it decides what workers read and write',
      )
        .env('CXR_REDIS')
        .default('redis://127.0.0.1:6379'),
    )
    .option('--queue <name>', 'name of the queue', 'cxr-fid');
}
