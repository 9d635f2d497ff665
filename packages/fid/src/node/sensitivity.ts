import { splitByPatient } from '@cxr/data';
import { listDataset, pathBelow, type ReadImageOptions } from '@cxr/data/node';
import { CxrFileError, checkOptions, createRng, describeValue, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { ActivationRows } from '../activation-rows.js';
import { joinActivations, preparedBatches } from '../activations.js';
import { assertPositive } from '../engines/engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { type Comparison, compareActivations } from '../metrics/compare-activations.js';
import { preparationOf, type ResizeMode, resizeOf } from '../prepare-image.js';
import type { ImageChange } from './image-change.js';
import { describeEngine, dimsOf, type EngineOptions, openEngine } from './open-engine.js';
import type { UsedEngine } from './path-report.js';
import { createPreparePool, prepareFiles } from './prepare-files.js';

/** A change of real images with the name it has in tables. */
export interface NamedChange {
  name: string;
  change: ImageChange;
}

/** The changes that `sensitivity` tries by default: what images go through, and what generators do to them. */
export const SENSITIVITY_CHANGES: readonly NamedChange[] = [
  { name: 'one grey level brighter', change: { kind: 'shift', levels: 1 } },
  { name: 'checkerboard ±1', change: { kind: 'checkerboard', levels: 1 } },
  { name: 'checkerboard ±2', change: { kind: 'checkerboard', levels: 2 } },
  { name: 'checkerboard ±5', change: { kind: 'checkerboard', levels: 5 } },
  { name: 'blur 1-2-1', change: { kind: 'blur' } },
  { name: 'noise, sd 2', change: { kind: 'noise', levels: 2, seed: 0 } },
  { name: 'noise, sd 5', change: { kind: 'noise', levels: 5, seed: 0 } },
  { name: 'JPEG 95', change: { kind: 'jpeg', quality: 95 } },
  { name: 'JPEG 75', change: { kind: 'jpeg', quality: 75 } },
  { name: 'JPEG 50', change: { kind: 'jpeg', quality: 50 } },
  { name: 'shrunk to 128', change: { kind: 'resize', size: 128 } },
  { name: 'shrunk to 64', change: { kind: 'resize', size: 64 } },
];

/** Options of `sensitivity`. */
export interface SensitivityOptions extends EngineOptions {
  /** A folder of real images to change; all of the first folder then stay as they are. @default half of the first folder */
  heldOut?: string | undefined;
  /**
   * Width and height in pixels that the images to be changed are brought to first, such as a generator's; the others keep theirs.
   * @default their own
   */
  size?: number | undefined;
  /** What to try, each alone. @default SENSITIVITY_CHANGES, without those to a size that is not below `size` */
  changes?: readonly NamedChange[] | undefined;
  /** How images become 299 × 299; only for the Inception. @default 'pil299' */
  resize?: ResizeMode | undefined;
  /** Images a batch, at least 1; it changes no result. @default 50 */
  batchSize?: number | undefined;
  /** Threads that decode, change and resize; 0 for none. @default one a core, at most 8 */
  workers?: number | undefined;
  /** Look into sub-folders, too. @default false */
  recursive?: boolean | undefined;
  /** Bits that 16-bit files really use, 1 to 16. @default 16 */
  bits?: number | undefined;
  /** Values shown of DICOM files, and of grey TIFF with signed, floating-point or 32-bit samples: see `readImage`. @default 'file', as the file says */
  window?: ReadImageOptions['window'];
  /** Of the halves and of KID's subsets. @default 0 */
  seed?: number | undefined;
  /** Called where patients are unknown, or `bits` seems to be missing. */
  onWarning?: ((message: string) => void) | undefined;
  /** Called after each batch. `phase` is a row's name. */
  onProgress?: ((progress: { phase: string; done: number; total: number }) => void) | undefined;
}

const OPTIONS: KnownOptions<SensitivityOptions> = {
  heldOut: true,
  size: true,
  changes: true,
  resize: true,
  batchSize: true,
  workers: true,
  recursive: true,
  bits: true,
  window: true,
  seed: true,
  onWarning: true,
  onProgress: true,
  engine: true,
  dims: true,
  weights: true,
  backend: true,
  threads: true,
  signal: true,
};

/** One change, and every metric of the changed images against the reals. */
export interface SensitivityRow extends Comparison {
  /** `unchanged` for the first row. */
  name: string;
}

/** What small changes do to every metric. */
export interface Sensitivity {
  /** Length of the activations. */
  dims: number;
  /** How the images became 299 × 299; undefined for an encoder with a preprocessing of its own. */
  resize: ResizeMode | undefined;
  /** Images that stay as they are, and images that are changed. */
  n1: number;
  n2: number;
  /** That the changed images were brought to first, if that was asked for. */
  size?: number | undefined;
  engine: UsedEngine;
  /** The weights loaded for this call; absent with a given engine. */
  weights?: InceptionWeights | undefined;
  /** The unchanged images first, then one row a change. */
  rows: SensitivityRow[];
}

/**
 * How far small changes of real images move every metric: what a score can and cannot tell. The images are split into halves, by
 * patient where known; one half is changed in one way after the other and compared with the other half, as fakes would be.
 * The first row, without a change, is what real images of other patients have.
 *
 * @throws CxrFileError for a folder or image that cannot be read, and `empty` for fewer than six images on either side; TypeError
 * and RangeError for wrong or unknown options; the signal's reason when aborted.
 */
export async function sensitivity(folder: string, options: SensitivityOptions = {}): Promise<Sensitivity> {
  if (typeof folder !== 'string') throw new TypeError(`expected a folder, not ${describeValue(folder)}`);
  checkOptions('sensitivity', options, OPTIONS);
  const { size, seed = 0, signal, onProgress, onWarning } = options;
  const dims = dimsOf(options);
  const preparation = preparationOf(options.engine, options.resize);
  assertPositive('size', size);
  const changes = options.changes ?? SENSITIVITY_CHANGES.filter(({ change }) => isSmaller(change, size));
  const [kept, changed] = await openSets(folder, options);
  const { engine, weights, dispose } = await openEngine(options);
  const { batchSize = 50, bits, window, workers } = options;
  const pool = createPreparePool({ ahead: 2 * batchSize, workers });
  const rowsOf = async (
    phase: string,
    files: readonly string[],
    applied: readonly ImageChange[],
  ): Promise<NdArray<Float32Array>> => {
    const warn = phase === 'reals' ? onWarning : undefined;
    const images = prepareFiles(pool, files, {
      preparation,
      bits,
      window,
      changes: applied,
      signal,
      onWarning: warn,
    });
    const parts: ActivationRows[] = [];
    const batches = preparedBatches(images, engine, { preparation, batchSize, signal });
    let done = 0;
    for await (const { rows } of batches) {
      parts.push(rows);
      done += rows.n;
      onProgress?.({ phase, done, total: files.length });
    }
    return joinActivations(parts, engine.dims);
  };
  try {
    const real = await rowsOf('reals', kept, []);
    const fitted: ImageChange[] = size === undefined ? [] : [{ kind: 'resize', size }];
    const rows: SensitivityRow[] = [];
    for (const { name, applied } of [
      { name: 'unchanged', applied: fitted },
      ...changes.map(({ name, change }) => ({ name, applied: [...fitted, change] })),
    ]) {
      rows.push({ name, ...compareActivations(real, await rowsOf(name, changed, applied), { seed }) });
    }
    const used = describeEngine(engine);
    return {
      dims,
      resize: resizeOf(preparation),
      n1: kept.length,
      n2: changed.length,
      size,
      engine: used,
      weights,
      rows,
    };
  } finally {
    await pool.close();
    dispose();
  }
}

function isSmaller(change: ImageChange, size = Number.POSITIVE_INFINITY): boolean {
  return change.kind !== 'resize' || change.size < size;
}

/** More than the five neighbours that precision and coverage look at. */
const MIN_IMAGES = 6;

async function openSets(folder: string, options: SensitivityOptions): Promise<[string[], string[]]> {
  const { heldOut, seed = 0, onWarning } = options;
  const items = await listFolder(folder, options);
  const sets =
    heldOut === undefined
      ? splitByPatient(items, [0.5, 0.5], createRng(seed), { onWarning })
      : [items, await listFolder(heldOut, options)];
  return sets.map((set, i) => {
    if (set.length >= MIN_IMAGES) return set.map(({ file }) => file);
    const reason = `a comparison needs at least ${MIN_IMAGES} images a side: ${set.length} here`;
    throw new CxrFileError('empty', reason, { file: (i === 1 && heldOut) || folder });
  }) as [string[], string[]];
}

async function listFolder(folder: string, { recursive = false }: SensitivityOptions) {
  const items = await listDataset(folder);
  return recursive ? items : items.filter(({ file }) => !pathBelow(folder, file).includes('/'));
}
