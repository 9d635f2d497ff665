import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listImages, readImages } from '@cxr/data/node';
import { sample, stretchContrast } from '@cxr/dcgan';
import { listCheckpoints, loadGenerator, readCheckpointInfo } from '@cxr/dcgan/node';
import { type Image, type NamedImage, pixels } from '@cxr/image';
import type { ImageSource } from './image-source.js';

/** Drawn fakes, in memory. */
export interface Fakes extends ImageSource {
  readonly images: readonly Image[];
}

/** Something that makes fakes. */
export interface FakeMaker {
  /** Where they come from, for tables. */
  readonly label: string;
  /** The fakes, each stretched to the whole range of grey or not. */
  draw(stretch: boolean, signal?: AbortSignal): Promise<Fakes>;
  dispose(): void;
}

/** `count` fakes of a generator, always the same ones. */
export function generatorFakes(
  generator: Parameters<typeof sample>[0],
  label: string,
  { count, seed }: { count: number; seed: number },
): FakeMaker {
  return {
    label,
    draw: (stretch, signal) => collect(sample(generator, { count, seed, stretch, signal }), stretch),
    dispose: () => generator.dispose(),
  };
}

/**
 * Fakes that somebody else has made, or the generator of another run: `path` is a folder of images, a run's folder, a checkpoint or a
 * generator file.
 * @throws CxrFileError for what is none of these.
 */
export async function openFakes(path: string, options: { count: number; seed: number }): Promise<FakeMaker> {
  if (path.endsWith('.safetensors') || (await holdsCheckpoint(path))) {
    const { config, step } = await readCheckpointInfo(path);
    const label = `preset ${config.preset}, ${config.size} pixels, after ${step} iterations`;
    return generatorFakes(await loadGenerator(path), label, options);
  }
  const files = (await listImages(path)).slice(0, options.count);
  return {
    label: `${files.length} images of ${resolve(path).split(/[\\/]/).slice(-2).join('/')}`,
    draw: (stretch, signal) => collect(written(files, stretch, signal), stretch),
    dispose: () => {},
  };
}

async function holdsCheckpoint(folder: string): Promise<boolean> {
  if (existsSync(join(folder, 'manifest.json'))) return true;
  for (const store of [folder, join(folder, 'checkpoint')]) {
    if ((await listCheckpoints(store)).length > 0) return true;
  }
  return false;
}

async function* written(
  files: readonly string[],
  stretch: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Image> {
  for await (const { image } of readImages(files, { signal })) yield stretch ? stretchContrast(image) : image;
}

/** Keeps the images, and names them by what they hold: other images never pass for them. */
async function collect(drawn: AsyncIterable<Image>, stretch: boolean): Promise<Fakes> {
  const images: Image[] = [];
  const hash = createHash('sha256');
  for await (const image of drawn) {
    const { buffer, byteOffset, byteLength } = pixels(image);
    hash.update(`${image.shape.join()} `).update(new Uint8Array(buffer, byteOffset, byteLength));
    images.push(image);
  }
  return {
    key: `fakes-${stretch ? 'stretched' : 'plain'}-${hash.digest('hex').slice(0, 24)}`,
    count: images.length,
    images,
    *read(): Generator<NamedImage> {
      for (const [i, image] of images.entries()) yield { name: `fake ${i}`, image };
    },
  };
}
