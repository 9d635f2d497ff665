import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '@cxr/cli';
import { readWholeFile } from '@cxr/data/node';
import { readGenerator, readGeneratorInfo, sample, type TrainConfig } from '@cxr/dcgan';
import { PRETRAINED, type Pretrained, pretrained } from '@cxr/dcgan/node';
import { type Generated, keepImages, keptImages } from './generated.js';

/** Which file the fakes of a class are drawn from, as `--generator CLASS=FILE` says it. */
export interface GeneratorChoice {
  readonly className: string;
  /** A generator file, or a name of `PRETRAINED` of @cxr/dcgan. */
  readonly file: string;
}

/** What the report says of a generator that was given. */
export interface GivenGeneratorInfo {
  readonly className: string;
  /** The file's name, without its folder. */
  readonly file: string;
  readonly sha256: string;
  /** Training steps done. */
  readonly step: number;
  readonly config: TrainConfig;
}

/** A generator that was given in place of one that the study trains. */
export interface GivenGenerator {
  readonly info: GivenGeneratorInfo;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The class among those of a conditional generator; undefined for an unconditional one. */
  readonly label: number | undefined;
}

/** A generator file is a few megabytes; more than this is none. */
const MAX_BYTES = 2 ** 30;

/** `CLASS=FILE` of the command line. @throws UsageError for anything else. */
export function parseGeneratorChoice(text: string): GeneratorChoice {
  const at = text.indexOf('=');
  const [className, file] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 0 || className === '' || file === '')
    throw new UsageError(`--generator takes CLASS=FILE, such as NORMAL=generator.safetensors: ${text}`);
  return { className, file };
}

/**
 * Reads the files, without building a network.
 * @throws UsageError for a generator whose images are of no use here; CxrFileError naming a file that cannot be read.
 */
export async function readGivenGenerators(choices: readonly GeneratorChoice[]): Promise<GivenGenerator[]> {
  return Promise.all(choices.map(readGivenGenerator));
}

async function readGivenGenerator({ className, file }: GeneratorChoice): Promise<GivenGenerator> {
  const known = (PRETRAINED as readonly string[]).includes(file);
  const path = known ? pretrained(file as Pretrained) : file;
  if (await isFolder(path))
    throw new UsageError(
      `--generator takes a file, not a run’s folder: cxr-dcgan export --checkpoint ${path} --out generator.safetensors makes one`,
    );
  const bytes = await readWholeFile(path, MAX_BYTES);
  const { config, step, classNames } = readGeneratorInfo(bytes, { file: path });
  if (config.channels !== 1)
    throw new UsageError(
      `--generator: ${path} draws ${config.channels} channels, and the study is of grey images`,
    );
  const label = config.classes > 0 ? (classNames?.indexOf(className) ?? -1) : undefined;
  if (label === -1)
    throw new UsageError(
      `--generator: ${path} has no class ${className} (${classNames?.join(', ') ?? `${config.classes} without names`})`,
    );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { info: { className, file: basename(path), sha256, step, config }, path, bytes, label };
}

/** Builds each network once. @throws CxrFileError for a file with bad weights, before hours are spent. */
export function checkWeights(generators: readonly GivenGenerator[]): void {
  for (const { bytes, path } of generators) readGenerator(bytes, { file: path }).generator.dispose();
}

/** How the images of a given generator are drawn. */
export interface DrawOptions {
  /** Where they are kept. */
  readonly folder: string;
  readonly count: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each image. */
  readonly onImage?: ((done: number) => void) | undefined;
}

/** Draws images from a given generator, or reads those that the folder has. @throws the signal's reason when aborted. */
export async function drawGiven(given: GivenGenerator, options: DrawOptions): Promise<Generated> {
  const { folder, count, seed, signal, onImage } = options;
  const kept = await keptImages(folder, count);
  if (kept) return kept;
  const { generator, config } = readGenerator(given.bytes, { file: given.path });
  try {
    const drawn = sample(generator, { count, seed, label: given.label, signal });
    return await keepImages(folder, config.size, drawn, onImage);
  } finally {
    generator.dispose();
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
