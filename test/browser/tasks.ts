import { type BackendName, useBackend } from '@cxr/backend';
import { CxrFileError, decodeImage, phantoms, resizePillow } from '@cxr/data';
import { train } from '@cxr/dcgan';
import { computeFid, createTfjsEngine, randomWeights, Statistics } from '@cxr/fid';

/** What the page is to do. */
export interface Input {
  /** @default 'auto' */
  backend?: BackendName;
  /** Threads for matrix products. */
  threads: number;
  /** In a worker of the page. @default false */
  worker?: boolean;
  /** Files, base64. */
  jpeg: string;
  webp: string;
}

/** What came of it: all of it JSON. */
export interface Output {
  isolated: boolean;
  backend: string;
  tried: { name: string; ok: boolean; reason: string }[];
  /** Where the kernel that multiplies matrices comes from. */
  matMul: string | undefined;
  losses: number[];
  jpeg: string;
  webp: string;
  resized: string;
  /** The variance of 1 and 3, or the error. */
  variance: string;
  fid: number | undefined;
}

/** The packages at work, in Node and in a browser alike. */
export async function runTasks({ backend, threads, jpeg, webp }: Input): Promise<Output> {
  const { name, tried, kernels } = await useBackend(backend ?? 'auto', { threads });
  const slow = name === 'cpu';
  return {
    isolated: (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? false,
    backend: name,
    tried,
    matMul: kernels().find(({ kernel }) => kernel === '_FusedMatMul')?.source,
    losses: slow ? [] : await twoSteps(),
    jpeg: await decoded(jpeg),
    webp: await decoded(webp),
    resized: await resized(),
    variance: variance(),
    fid: slow ? undefined : await fid(),
  };
}

async function twoSteps(): Promise<number[]> {
  const losses: number[] = [];
  const images = phantoms({ count: 16, seed: 1, size: 32 });
  for await (const event of train({ images, size: 32, width: 16, batchSize: 16, steps: 2, seed: 1 })) {
    if (event.type === 'step') losses.push(event.lossD, event.lossG);
    if (event.type === 'end') event.generator.dispose();
  }
  return losses;
}

async function fid(): Promise<number> {
  const engine = createTfjsEngine(randomWeights(1), { dims: 64 });
  const healthy = phantoms({ count: 4, seed: 1, size: 64 });
  const sick = phantoms({ count: 4, seed: 2, size: 64, sick: true });
  const score = await computeFid(healthy, sick, { engine });
  engine.dispose();
  return score.fid;
}

function variance(): string {
  try {
    const moments = { mu: Float64Array.of(2), sigma: Float64Array.of(2), count: 2 };
    return `${Statistics.fromMoments(moments).sigma}`;
  } catch (error) {
    return String(error);
  }
}

/** Shape and checksum of an image file's pixels, or the error's name and message. */
async function decoded(base64: string): Promise<string> {
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const { shape, data } = await decodeImage(bytes);
    return `${shape} ${checksum(data)}`;
  } catch (error) {
    const code = error instanceof CxrFileError ? ` ${error.code}` : '';
    return `${(error as Error).name}${code}: ${(error as Error).message}`;
  }
}

async function resized(): Promise<string> {
  const [first] = phantoms({ count: 1, seed: 1, size: 64 });
  const { shape, data } = resizePillow(first!.image, 37, 91);
  return `${shape} ${checksum(data)}`;
}

/** FNV-1a, 32 bits. */
function checksum(values: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < values.length; i++) hash = Math.imul(hash ^ values[i]!, 0x01000193);
  return hash >>> 0;
}
