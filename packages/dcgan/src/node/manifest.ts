import { CxrFileError } from '@cxr/image';
import type { TrainConfig } from '../config.js';
import { countDiscriminator, countGenerator } from '../networks/count-parameters.js';
import { areNames, isCount, savedConfig } from '../training/saved-values.js';
import type { TrainState } from '../training/train-state.js';
import { isObject, parseJsonObject } from './json-object.js';

/** The networks of a checkpoint, and the folder of each: the EMA's is called `average` in this version of the format. */
export const MODEL_FOLDERS = {
  generator: 'generator',
  discriminator: 'discriminator',
  ema: 'average',
} as const;
export const MOMENTS = 'moments.safetensors';

/** The folder of a network in a checkpoint. */
export type ModelFolder = (typeof MODEL_FOLDERS)[keyof typeof MODEL_FOLDERS];

/** Size and sha256 of a file. */
interface FileEntry {
  bytes: number;
  sha256: string;
}

/** `manifest.json` of a checkpoint. */
export interface Manifest {
  format: 'cxr-dcgan-checkpoint';
  version: 1;
  step: number;
  config: TrainConfig;
  images: TrainState['images'] | null;
  best: TrainState['best'] | null;
  classNames?: readonly string[] | undefined;
  anchors?: TrainState['anchors'];
  augmentProbability?: number | undefined;
  /** Every other file of the checkpoint. */
  files: Record<string, FileEntry>;
}

/** Larger than any manifest. */
export const MAX_MANIFEST_BYTES: number = 2 ** 20;
/** Larger than any network's description, as JSON or as a safetensors header. */
const MAX_DESCRIPTION_BYTES = 2 ** 20;

/**
 * Parses and checks the bytes of a manifest.
 * @param maxBytes how large all the files it lists may be together.
 * @throws CxrFileError `corrupt`, `unsupported` or `too-large`, naming the file.
 */
export function parseManifest(bytes: Uint8Array, file: string, maxBytes: number): Manifest {
  const fail = (reason: string, cause?: unknown): never => {
    throw new CxrFileError('corrupt', reason, { file, cause });
  };
  const manifest = parseJsonObject(bytes, file) as unknown as Manifest;
  if (manifest.format !== 'cxr-dcgan-checkpoint') fail('not the manifest of a checkpoint');
  if (manifest.version !== 1) {
    throw new CxrFileError('unsupported', `checkpoint version ${JSON.stringify(manifest.version)}, not 1`, {
      file,
    });
  }
  const { step, images = null, best = null, classNames, files } = manifest;
  if (!isCount(step)) fail(`step: ${JSON.stringify(step)} is not a number of steps`);
  if (images !== null && !(isObject(images) && isCount(images.count) && typeof images.digest === 'string')) {
    fail('images: not a count and a digest');
  }
  if (best !== null && !(isObject(best) && isCount(best.step) && Number.isFinite(best.score))) {
    fail('best: not a step and a score');
  }
  const { anchors, augmentProbability } = manifest;
  if (anchors !== undefined && !(isObject(anchors) && isAnchors(anchors))) {
    fail('anchors: not two numbers');
  }
  if (augmentProbability !== undefined && !isShare(augmentProbability)) {
    fail(`augmentProbability: ${JSON.stringify(augmentProbability)} is not 0 to 1`);
  }
  const config = savedConfig(manifest.config, file);
  if (classNames !== undefined && !areNames(classNames, config.classes)) {
    fail(`classNames: not the names of ${config.classes} classes`);
  }
  if (!isObject(files) || !Object.values(files).every(isFileEntry)) {
    return fail('files: not a list of sizes and sha256');
  }
  checkSizes(files, config, fail);
  const total = Object.values(files).reduce((sum, entry) => sum + entry.bytes, 0);
  if (total > maxBytes) {
    throw new CxrFileError('too-large', `its files hold ${total} bytes (maxBytes: ${maxBytes})`, { file });
  }
  return { ...manifest, config, images, best };
}

/** Checks the files' sizes against the config before any is read, so that a bad file cannot make us take much memory. */
function checkSizes(files: Manifest['files'], config: TrainConfig, fail: (reason: string) => never): void {
  const generator = 4 * countGenerator(config);
  const discriminator = 4 * countDiscriminator(config);
  const expected = { generator, discriminator, average: generator };
  for (const name of Object.values(MODEL_FOLDERS)) {
    const weights = Object.hasOwn(files, `${name}/weights.bin`) ? files[`${name}/weights.bin`] : undefined;
    if (weights && weights.bytes !== expected[name]) {
      fail(
        `files: ${name}/weights.bin of ${weights.bytes} bytes; a network of this config has ${expected[name]}`,
      );
    }
  }
  for (const [name, { bytes }] of Object.entries(files)) {
    // Two moments for each trained weight.
    const content = name === MOMENTS ? 2 * (generator + discriminator) : 0;
    if (!name.endsWith('/weights.bin') && bytes > content + MAX_DESCRIPTION_BYTES) {
      fail(`files: ${name} of ${bytes} bytes is larger than it can be`);
    }
  }
}

const isAnchors = ({ anchorReal, anchorFake }: Record<string, unknown>): boolean =>
  Number.isFinite(anchorReal) && Number.isFinite(anchorFake);

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

const isFileEntry = (value: unknown): value is FileEntry =>
  isObject(value) && isCount(value.bytes) && /^[0-9a-f]{64}$/.test(String(value.sha256));
