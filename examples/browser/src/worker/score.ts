import {
  activations,
  ceiling,
  createOnnxEngine,
  createTfjsEngine,
  type Dims,
  frechetTerms,
  type InceptionEngine,
  memorisation,
  noiseFloor,
  type PreprocessingName,
  readWeights,
  Statistics,
  spectrum,
  spectrumSvg,
} from '@cxr/fid';
import { fitImage } from '@cxr/image';
import { type ImageFile, readImageFile, readImageFiles } from './image-files.js';
import { type Picture, toPicture } from './picture.js';
import { startBackend } from './start-backend.js';

/** What is to be scored, by what. */
export interface ScoreRequest {
  reals: ImageFile[];
  fakes: ImageFile[];
  /** For the ceiling; may be empty. */
  held: ImageFile[];
  /** The Inception's weights, or an encoder: a file ending in `.onnx`. */
  weights: File;
  /** Of the Inception. */
  dims: Dims;
  /** Of an encoder. */
  preprocess: PreprocessingName;
}

/** How far it is. */
export interface ScoreProgress {
  text: string;
  share: number | undefined;
}

/** A fake beside the real that is nearest to it. */
export interface Pair {
  fake: Picture;
  real: Picture;
  fakeName: string;
  realName: string;
  /** See `NearestPair` of @cxr/fid. */
  ratio: number;
}

/** The score, and what it is to be judged by. */
export interface Score {
  fid: number;
  /** Share of the distance that is the difference of the means, 0 to 1. */
  meanShare: number;
  /** Undefined with fewer than four reals. */
  floor: { fid: number; low: number; high: number } | undefined;
  /** Undefined without images kept back. */
  ceiling: number | undefined;
  pairs: Pair[];
  /** SVG; undefined where an image is too small. */
  spectrum: string | undefined;
  dims: number;
  /** What computed: `WebAssembly, 2 threads`. */
  device: string;
  seconds: number;
}

const PAIRS = 8;
const THUMBNAIL = 128;

/** Scores two sets of image files. */
export async function score(
  request: ScoreRequest,
  onProgress: (progress: ScoreProgress) => void,
): Promise<Score> {
  const start = performance.now();
  const { reals, fakes, held } = request;
  onProgress({ text: 'Reading the network …', share: undefined });
  const { engine, device } = await openEngine(request);
  try {
    const rowsOf = (files: ImageFile[], what: string) =>
      activations(readImageFiles(files), engine, { ...progressOf(what, files.length, onProgress) });
    const real = await rowsOf(reals, 'real images');
    const fake = await rowsOf(fakes, 'synthetic images');
    const size = (await readImageFile(fakes[0]!)).image.shape[0]!;
    const best =
      held.length > 1
        ? await ceiling(real, readImageFiles(held), {
            engine,
            size,
            k: Math.min(5, reals.length - 1, held.length - 1),
            ...progressOf('images kept back', held.length, onProgress),
          })
        : undefined;
    onProgress({ text: 'Comparing …', share: undefined });
    const { fid, meanShare } = frechetTerms(Statistics.of(real), Statistics.of(fake));
    return {
      fid,
      meanShare,
      floor: reals.length >= 4 ? noiseFloor(real) : undefined,
      ceiling: best?.fid,
      pairs: await pairsOf(memorisation(real, fake).pairs.slice(0, PAIRS), request),
      spectrum: await spectrumOf(request, size),
      dims: engine.dims,
      device,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    engine.dispose();
  }
}

async function openEngine({
  weights,
  dims,
  preprocess,
}: ScoreRequest): Promise<{ engine: InceptionEngine; device: string }> {
  const bytes = new Uint8Array(await weights.arrayBuffer());
  const { text } = await startBackend('wasm');
  const file = weights.name;
  if (!/\.onnx$/i.test(file)) {
    return { engine: createTfjsEngine(await readWeights(bytes, { file }), { dims }), device: text };
  }
  const { onnxRuntime } = await import('./onnx-runtime.js');
  const engine = await createOnnxEngine(bytes, { runtime: onnxRuntime(), preprocess, file });
  return { engine, device: 'onnxruntime, 1 thread' };
}

function progressOf(what: string, total: number, onProgress: (progress: ScoreProgress) => void) {
  return {
    // Small batches: the page learns of each.
    batchSize: 8,
    total,
    onProgress: ({ done, secondsLeft }: { done: number; secondsLeft: number | undefined }) =>
      onProgress({
        text: `${done} of ${total} ${what}, ${Math.ceil(secondsLeft ?? 0)} s left`,
        share: done / total,
      }),
  };
}

async function pairsOf(
  pairs: readonly { fake: number; real: number; ratio: number }[],
  { fakes, reals }: ScoreRequest,
): Promise<Pair[]> {
  const thumbnail = async (file: ImageFile): Promise<Picture> =>
    toPicture(fitImage((await readImageFile(file)).image, { size: THUMBNAIL, channels: 1 }));
  return Promise.all(
    pairs.map(async ({ fake, real, ratio }) => ({
      fake: await thumbnail(fakes[fake]!),
      real: await thumbnail(reals[real]!),
      fakeName: fakes[fake]!.name,
      realName: reals[real]!.name,
      ratio,
    })),
  );
}

async function spectrumOf({ reals, fakes }: ScoreRequest, fakeSize: number): Promise<string | undefined> {
  // Both sets at the fakes' size; the periods of two and four pixels have to fit into it.
  const size = fakeSize - (fakeSize % 4);
  if (size < 16) return undefined;
  return spectrumSvg([
    { label: 'real', spectrum: await spectrum(readImageFiles(reals), { size }) },
    { label: 'synthetic', spectrum: await spectrum(readImageFiles(fakes), { size }) },
  ]);
}
