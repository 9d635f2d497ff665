import { useBackend } from '@cxr/backend';
import { type CliContext, type Command, checkUsage, UsageError, wholeNumberFlag } from '@cxr/cli';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig } from '../config.js';
import { createDiscriminator } from '../networks/create-discriminator.js';
import { createGenerator } from '../networks/create-generator.js';
import { hashWeights } from '../node/checkpoint-files.js';
import { loadCheckpoint } from '../node/load-checkpoint.js';
import type { ModelState } from '../training/train-state.js';
import { addConfigFlags, configOf, flagOf } from './config-flags.js';

interface Info {
  config: TrainConfig;
  generator: { parameters: number };
  discriminator: { parameters: number };
  step?: number;
  weights?: { sha256: string };
}

interface InfoFlags extends Partial<TrainConfig> {
  checkpoint?: string;
  step?: number;
  json?: boolean;
}

/** Adds `cxr-dcgan info`. */
export function defineInfo(program: Command, context: CliContext): void {
  const command = program
    .command('info')
    .description('what a preset builds, or what a checkpoint holds')
    .option('--checkpoint <dir>', 'a run, or one of its checkpoints')
    .addOption(wholeNumberFlag('--step <n>', 'which checkpoint of a run (default: the last)'))
    .option('--json', 'print one JSON object');
  addConfigFlags(command).action((flags: InfoFlags) => info(flags, context));
}

async function info(flags: InfoFlags, { output }: CliContext): Promise<void> {
  const { checkpoint, step, json } = flags;
  const settings = configOf({ ...flags });
  if (checkpoint === undefined && step !== undefined) throw new UsageError('--step is for --checkpoint');
  const [setting] = Object.keys(settings);
  if (checkpoint !== undefined && setting !== undefined) {
    throw new UsageError(`${flagOf(setting)} is for a preset: a checkpoint has its own settings`);
  }
  const found =
    checkpoint === undefined
      ? await ofConfig(checkUsage(() => resolveConfig(settings)))
      : await ofCheckpoint(checkpoint, step);
  if (json) {
    output.result(JSON.stringify(found));
    return;
  }
  if (found.step !== undefined) output.result(`step           ${found.step}`);
  output.result(`generator      ${found.generator.parameters} parameters`);
  output.result(`discriminator  ${found.discriminator.parameters} parameters`);
  if (found.weights) output.result(`weights        sha256 ${found.weights.sha256}`);
  output.result(`config         ${JSON.stringify(found.config)}`);
}

async function ofConfig(config: TrainConfig): Promise<Info> {
  await useBackend('cpu');
  const count = (model: tfl.LayersModel): { parameters: number } => {
    const parameters = model.countParams();
    model.dispose();
    return { parameters };
  };
  return {
    config,
    generator: count(createGenerator(config)),
    discriminator: count(createDiscriminator(config)),
  };
}

async function ofCheckpoint(folder: string, step: number | undefined): Promise<Info> {
  const state = await loadCheckpoint(folder, { step });
  const count = ({ weights }: ModelState): { parameters: number } => ({
    parameters: weights.reduce((sum, { data }) => sum + data.length, 0),
  });
  return {
    config: state.config,
    generator: count(state.generator),
    discriminator: count(state.discriminator),
    step: state.step,
    weights: { sha256: hashWeights(state) },
  };
}
