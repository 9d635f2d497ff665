import { contactSheet } from '@cxr/data';
import { drawLatent, interpolate, readGenerator, render, type SampleName, sample } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fromPicture, type Picture, toPicture } from './picture.js';
import { type BackendReport, startBackend } from './start-backend.js';

/** A generator's file or files, or the address of one. */
export type GeneratorSource = { url: string } | { files: File[] } | { bytes: Uint8Array };

/** What the open generator is. */
export interface GeneratorFacts {
  backend: BackendReport;
  /** Width and height of its images in pixels. */
  size: number;
  latentDim: number;
  /** Training steps done; undefined where its file does not say. */
  step: number | undefined;
}

/** Images, and how long they took. */
export interface Drawn {
  images: Picture[];
  seconds: number;
}

let generator: tfl.LayersModel | undefined;

/** Opens a generator in place of the one before, which stays if this one cannot be read. */
export async function openGenerator(source: GeneratorSource): Promise<GeneratorFacts> {
  const backend = await startBackend('wasm');
  const opened = await read(source);
  const [image] = await render(opened.generator, new Float32Array(latentDimOf(opened.generator)));
  generator?.dispose();
  generator = opened.generator;
  return { backend, size: image!.shape[0]!, latentDim: latentDimOf(generator), step: opened.step };
}

/** Samples `0 … count − 1` of a seed. */
export function drawSamples(count: number, seed: number): Promise<Drawn> {
  return timed(async () => {
    const images: Picture[] = [];
    for await (const one of sample(current(), { count, seed })) images.push(toPicture(one));
    return images;
  });
}

/** Images on the arc between two samples, both included. */
export function drawStrip(from: SampleName, to: SampleName, steps: number): Promise<Drawn> {
  return timed(async () => (await interpolate(current(), { from, to, steps })).map(toPicture));
}

/** The image of each latent vector; `latents` holds one after the other. */
export function drawLatents(latents: Float32Array): Promise<Drawn> {
  return timed(async () => (await render(current(), latents)).map(toPicture));
}

/** The latent vector of a sample. */
export function latentOf(seed: number, index: number): Float32Array {
  return drawLatent(seed, index, latentDimOf(current()));
}

/** Images as one to be saved. */
export function sheetOf(images: Picture[], columns: number): Picture {
  return toPicture(contactSheet(images.map(fromPicture), { columns }));
}

function current(): tfl.LayersModel {
  if (!generator) throw new Error('no generator is open: choose a file');
  return generator;
}

const latentDimOf = (model: tfl.LayersModel): number => model.inputs[0]!.shape[1]!;

async function timed(work: () => Promise<Picture[]>): Promise<Drawn> {
  const start = performance.now();
  const images = await work();
  return { images, seconds: (performance.now() - start) / 1000 };
}

async function read(
  source: GeneratorSource,
): Promise<{ generator: tfl.LayersModel; step: number | undefined }> {
  if ('bytes' in source) return readGenerator(source.bytes);
  if ('url' in source) {
    const answer = await fetch(source.url);
    if (!answer.ok) throw new Error(`the server has no generator: ${answer.status} ${answer.statusText}`);
    return readGenerator(new Uint8Array(await answer.arrayBuffer()));
  }
  const { files } = source;
  const topology = files.find(({ name }) => name.endsWith('.json'));
  if (!topology) {
    if (files.length !== 1)
      throw new Error('choose one .safetensors file, or a model.json with its weights beside it');
    return readGenerator(new Uint8Array(await files[0]!.arrayBuffer()), { file: files[0]!.name });
  }
  const weights = files.filter((file) => file !== topology);
  const model = await tfl.loadLayersModel(tf.io.browserFiles([topology, ...weights]));
  return { generator: model, step: undefined };
}
