import { createHash } from 'node:crypto';
import { CxrFileError } from '@cxr/image';
import { resolveConfig, type TrainConfig } from '../config.js';
import type { ModelState, NamedArray, TrainState } from '../training/train-state.js';
import { joinFloats } from './floats.js';
import { decodeModel, encodeModel } from './model-files.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** `manifest.json` of a checkpoint. */
interface Manifest {
  format: 'cxr-dcgan-checkpoint';
  version: 1;
  step: number;
  config: TrainConfig;
  images: TrainState['images'] | null;
  best: TrainState['best'] | null;
  /** Every other file of the checkpoint. */
  files: Record<string, { bytes: number; sha256: string }>;
}

const MODELS = ['generator', 'discriminator', 'average'] as const;

/** Reads one of a checkpoint's files by its name in it. */
export type ReadPart = (name: string) => Promise<Uint8Array>;

/**
 * A checkpoint as files: `manifest.json` (step, config, which images, best score, the other files' sha256);
 * `generator/`, `discriminator/` and, with an average, `average/` as tfjs-layers models; `moments.safetensors` with
 * both optimisers' moments.
 */
export function encodeCheckpoint(state: TrainState): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const name of MODELS) {
    const model = state[name];
    if (model)
      for (const [file, bytes] of Object.entries(encodeModel(model))) files.set(`${name}/${file}`, bytes);
  }
  const prefixed = (network: 'generator' | 'discriminator'): NamedArray[] =>
    state.moments[network].map((array) => ({ ...array, name: `${network}/${array.name}` }));
  files.set(
    'moments.safetensors',
    encodeSafetensors([...prefixed('generator'), ...prefixed('discriminator')]),
  );
  const manifest: Manifest = {
    format: 'cxr-dcgan-checkpoint',
    version: 1,
    step: state.step,
    config: state.config,
    images: state.images ?? null,
    best: state.best ?? null,
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  files.set('manifest.json', new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

/** Reads a whole checkpoint, each file checked against its sha256. */
export async function decodeCheckpoint(folder: string, read: ReadPart): Promise<TrainState> {
  const manifest = await decodeManifest(folder, read);
  const model = (name: string): Promise<ModelState> => decodeModelPart(folder, manifest, name, read);
  const moments = decodeSafetensors(
    await readChecked(folder, manifest, 'moments.safetensors', read),
    `${folder}/moments.safetensors`,
  );
  const of = (network: string): NamedArray[] =>
    moments
      .filter(({ name }) => name.startsWith(`${network}/`))
      .map((array) => ({ ...array, name: array.name.slice(network.length + 1) }));
  return {
    step: manifest.step,
    config: manifest.config,
    images: manifest.images ?? undefined,
    best: manifest.best ?? undefined,
    generator: await model('generator'),
    discriminator: await model('discriminator'),
    average: hasAverage(manifest) ? await model('average') : undefined,
    moments: { generator: of('generator'), discriminator: of('discriminator') },
  };
}

/** Reads only the network that samples are drawn from: the averaged generator where there is one. */
export async function decodeSampler(folder: string, read: ReadPart): Promise<ModelState> {
  const manifest = await decodeManifest(folder, read);
  return decodeModelPart(folder, manifest, hasAverage(manifest) ? 'average' : 'generator', read);
}

/** sha256 over all weights of the networks, in order: generator, discriminator, average. */
export function hashWeights(state: TrainState): string {
  const hash = createHash('sha256');
  for (const name of MODELS) {
    const model = state[name];
    if (model) hash.update(joinFloats(model.weights));
  }
  return hash.digest('hex');
}

const hasAverage = (manifest: Manifest): boolean => 'average/model.json' in manifest.files;

async function decodeManifest(folder: string, read: ReadPart): Promise<Manifest> {
  const file = `${folder}/manifest.json`;
  const bytes = await read('manifest.json');
  let manifest: Manifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CxrFileError('corrupt', 'not JSON', { file, cause });
  }
  if (manifest?.format !== 'cxr-dcgan-checkpoint' || typeof manifest.files !== 'object') {
    throw new CxrFileError('corrupt', 'not the manifest of a checkpoint', { file });
  }
  if (manifest.version !== 1) {
    throw new CxrFileError('unsupported', `checkpoint version ${manifest.version}, not 1`, { file });
  }
  try {
    return { ...manifest, config: resolveConfig(manifest.config) };
  } catch (cause) {
    throw new CxrFileError('corrupt', `config: ${(cause as Error).message}`, { file, cause });
  }
}

async function decodeModelPart(
  folder: string,
  manifest: Manifest,
  name: string,
  read: ReadPart,
): Promise<ModelState> {
  const part = (file: string): Promise<Uint8Array> => readChecked(folder, manifest, `${name}/${file}`, read);
  const files = { 'model.json': await part('model.json'), 'weights.bin': await part('weights.bin') };
  return decodeModel(files, `${folder}/${name}`);
}

async function readChecked(
  folder: string,
  manifest: Manifest,
  name: string,
  read: ReadPart,
): Promise<Uint8Array> {
  const file = `${folder}/${name}`;
  const expected = manifest.files[name];
  if (!expected) throw new CxrFileError('corrupt', `the manifest does not list ${name}`, { file: folder });
  const bytes = await read(name);
  if (bytes.length < expected.bytes) {
    throw new CxrFileError('truncated', `${bytes.length} bytes, not ${expected.bytes}`, { file });
  }
  if (sha256(bytes) !== expected.sha256) {
    throw new CxrFileError('corrupt', 'its sha256 is not the one in the manifest: damaged', { file });
  }
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
