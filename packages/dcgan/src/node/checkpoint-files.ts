import { createHash } from 'node:crypto';
import { readSafetensors, type Tensor, writeSafetensors } from '@cxr/data';
import { CxrFileError } from '@cxr/image';
import type { TrainConfig } from '../config.js';
import { checkFinite, divergedPart } from '../training/saved-values.js';
import { checkState, type ModelState, type NamedArray, type TrainState } from '../training/train-state.js';
import { joinFloats } from './floats.js';
import {
  MAX_MANIFEST_BYTES,
  type Manifest,
  MODEL_FOLDERS,
  MOMENTS,
  type ModelFolder,
  parseManifest,
} from './manifest.js';
import { decodeModel, encodeModel } from './model-files.js';

/** Reads a file of a checkpoint by its path in it. @throws CxrFileError if it is larger than `maxBytes`. */
export type ReadPart = (name: string, maxBytes: number) => Promise<Uint8Array>;

/** Limits for reading a checkpoint. */
export interface DecodeOptions {
  /** How many bytes its files may have together. @default 2 ** 30 */
  maxBytes?: number | undefined;
}

/** Default of `maxBytes`. */
export const MAX_BYTES: number = 2 ** 30;

/**
 * A checkpoint as files: `manifest.json` (step, config, which images, best score, the other files' sha256);
 * `generator/`, `discriminator/` and, with an EMA, `average/` as tfjs-layers models; `moments.safetensors` with
 * both optimisers' moments.
 * @throws CxrFileError `unwritable` for a state that could not be loaded again: its numbers are not all finite.
 */
export function encodeCheckpoint(state: TrainState): Map<string, Uint8Array> {
  const diverged = divergedPart(state);
  if (diverged !== undefined) {
    const reason = `not saved, since training has diverged: ${diverged} is not finite; earlier checkpoints stay`;
    throw new CxrFileError('unwritable', reason);
  }
  const files = new Map<string, Uint8Array>();
  for (const [folder, model] of modelsOf(state)) {
    for (const [file, bytes] of Object.entries(encodeModel(model))) files.set(`${folder}/${file}`, bytes);
  }
  files.set(MOMENTS, encodeMoments(state.moments));
  const manifest: Manifest = {
    format: 'cxr-dcgan-checkpoint',
    version: 1,
    step: state.step,
    config: state.config,
    images: state.images ?? null,
    best: state.best ?? null,
    classNames: state.classNames,
    anchors: state.anchors,
    augmentProbability: state.augmentProbability,
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  files.set('manifest.json', new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

/** Reads a whole checkpoint, each file checked against its size and sha256. */
export async function decodeCheckpoint(
  folder: string,
  read: ReadPart,
  options: DecodeOptions = {},
): Promise<TrainState> {
  const manifest = await decodeManifest(folder, read, options);
  const model = (name: ModelFolder): Promise<ModelState> => decodeModelPart(folder, manifest, name, read);
  const moments = decodeMoments(await readChecked(folder, manifest, MOMENTS, read), `${folder}/${MOMENTS}`);
  return {
    step: manifest.step,
    config: manifest.config,
    images: manifest.images ?? undefined,
    best: manifest.best ?? undefined,
    classNames: manifest.classNames,
    anchors: manifest.anchors,
    augmentProbability: manifest.augmentProbability,
    generator: await model('generator'),
    discriminator: await model('discriminator'),
    ema: hasEma(manifest) ? await model(MODEL_FOLDERS.ema) : undefined,
    moments,
    source: folder,
  };
}

/** Both optimisers' moments in one file, the network's name before each moment's. */
function encodeMoments(moments: TrainState['moments']): Uint8Array {
  const named = (['generator', 'discriminator'] as const).flatMap((network) =>
    moments[network].map((array) => [`${network}/${array.name}`, array] as const),
  );
  return writeSafetensors(new Map<string, Tensor>(named));
}

function decodeMoments(bytes: Uint8Array, file: string): TrainState['moments'] {
  // The file's size was checked against the manifest, so its values need no limit of their own.
  const tensors = readSafetensors(bytes, { file, types: ['F32'], maxValues: Number.POSITIVE_INFINITY });
  const arrays = Array.from(tensors, ([name, { shape, data }]) => ({ name, shape: [...shape], data }));
  checkFinite(arrays, file);
  const of = (network: string): NamedArray[] =>
    arrays
      .filter(({ name }) => name.startsWith(`${network}/`))
      .map((array) => ({ ...array, name: array.name.slice(network.length + 1) }));
  return { generator: of('generator'), discriminator: of('discriminator') };
}

/** Reads a checkpoint's manifest, without its networks. */
export async function decodeManifest(
  folder: string,
  read: ReadPart,
  options: DecodeOptions = {},
): Promise<Manifest> {
  const bytes = await read('manifest.json', MAX_MANIFEST_BYTES);
  return parseManifest(bytes, `${folder}/manifest.json`, options.maxBytes ?? MAX_BYTES);
}

/** Reads only the network that samples are drawn from: the EMA of the generator if there is one. */
export async function decodeSampler(
  folder: string,
  read: ReadPart,
  options: DecodeOptions = {},
): Promise<{ config: TrainConfig; name: ModelFolder; model: ModelState }> {
  const manifest = await decodeManifest(folder, read, options);
  const name = hasEma(manifest) ? MODEL_FOLDERS.ema : MODEL_FOLDERS.generator;
  return { config: manifest.config, name, model: await decodeModelPart(folder, manifest, name, read) };
}

/**
 * sha256 over all weights of the networks, in order: generator, discriminator, EMA. @returns it in hexadecimal.
 * @throws TypeError if it is no state.
 */
export function hashWeights(state: TrainState): string {
  checkState('state', state);
  const hash = createHash('sha256');
  for (const [, model] of modelsOf(state)) hash.update(joinFloats(model.weights));
  return hash.digest('hex');
}

/** The networks of a state, each with its folder's name, in a fixed order. */
function modelsOf(state: TrainState): [ModelFolder, ModelState][] {
  return (Object.keys(MODEL_FOLDERS) as (keyof typeof MODEL_FOLDERS)[]).flatMap((key) => {
    const model = state[key];
    return model ? [[MODEL_FOLDERS[key], model] as [ModelFolder, ModelState]] : [];
  });
}

const hasEma = (manifest: Manifest): boolean =>
  Object.hasOwn(manifest.files, `${MODEL_FOLDERS.ema}/model.json`);

async function decodeModelPart(
  folder: string,
  manifest: Manifest,
  name: ModelFolder,
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
  const expected = Object.hasOwn(manifest.files, name) ? manifest.files[name] : undefined;
  if (!expected)
    throw new CxrFileError('corrupt', `the manifest does not list ${name}`, {
      file: `${folder}/manifest.json`,
    });
  const bytes = await read(name, expected.bytes);
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
