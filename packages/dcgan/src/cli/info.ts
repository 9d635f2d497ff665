import { useBackend } from '@cxr/backend';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig } from '../config.js';
import { createDiscriminator } from '../networks/create-discriminator.js';
import { createGenerator } from '../networks/create-generator.js';
import { hashWeights } from '../node/checkpoint-files.js';
import { loadCheckpoint } from '../node/load-checkpoint.js';
import type { ModelState } from '../training/train-state.js';
import { CONFIG_FLAGS, configFromFlags, type FlagSpecs, numberOf, parseFlags, textOf } from './flags.js';
import type { Output } from './output.js';

const FLAGS: FlagSpecs = {
  ...CONFIG_FLAGS,
  checkpoint: { type: 'string' },
  step: { type: 'string' },
  json: { type: 'boolean' },
};

interface Info {
  config: TrainConfig;
  generator: { parameters: number };
  discriminator: { parameters: number };
  step?: number;
  weights?: { sha256: string };
}

/** `cxr-dcgan info`: what a preset builds, or what a checkpoint holds. @returns the exit status. */
export async function infoCommand(args: readonly string[], output: Output): Promise<number> {
  const flags = parseFlags(args, FLAGS);
  const folder = textOf(flags, 'checkpoint');
  const step = numberOf(flags, 'step');
  const info =
    folder === undefined
      ? await ofConfig(resolveConfig(configFromFlags(flags)))
      : await ofCheckpoint(folder, step === undefined ? {} : { step });
  if (flags.json) {
    output.result(JSON.stringify(info));
    return 0;
  }
  if (info.step !== undefined) output.result(`step           ${info.step}`);
  output.result(`generator      ${info.generator.parameters} parameters`);
  output.result(`discriminator  ${info.discriminator.parameters} parameters`);
  if (info.weights) output.result(`weights        sha256 ${info.weights.sha256}`);
  output.result(`config         ${JSON.stringify(info.config)}`);
  return 0;
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

async function ofCheckpoint(folder: string, options: { step?: number }): Promise<Info> {
  const state = await loadCheckpoint(folder, options);
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
