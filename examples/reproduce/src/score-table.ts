import type { Progress } from '@cxr/cli';
import { frechetDistance, noiseFloor, type ResizeMode, Statistics } from '@cxr/fid';
import type { NdArray } from 'ndarray';
import type { ActivationStore } from './activation-store.js';
import type { PaperData } from './data.js';
import type { FakeMaker, Fakes } from './fakes.js';
import { changed, type ImageSource } from './image-source.js';
import type { Options } from './options.js';
import { PAPER } from './paper.js';
import type { ChoiceRow, TableRow } from './results.js';

/** Sizes that reals are shrunk to, to see what a FID says of sharpness. */
const SHRUNK = [128, 64, 28];

/** A set that is compared with the reals. */
interface ScoredSet {
  readonly id: 'ours' | 'xray' | 'network' | 'shrunk' | 'other';
  readonly label: string;
  /** Null where nobody would stretch. */
  readonly stretch: boolean | null;
  readonly source: ImageSource;
}

/** What a perfect generator could reach. */
const ceilingLabel = (size: number): string => `ceiling: half of the reals, at ${size} pixels`;
const FLOOR = 'floor: half of the reals, as they are';

/** All scores of a run. */
export interface ScoreTable {
  readonly table: readonly TableRow[];
  readonly byChoice: readonly ChoiceRow[];
  /** The fakes that were scored: ours, and the others where there are any. */
  readonly fakes: readonly { readonly label: string; readonly stretch: boolean; readonly fakes: Fakes }[];
}

type Rows = NdArray<Float32Array>;

/** What `scoreTable` compares. */
export interface ScoreInput {
  readonly options: Options;
  readonly data: PaperData;
  readonly store: ActivationStore;
  /** Of the trained generator. */
  readonly ours: FakeMaker;
  /** Of another preset. */
  readonly xray: FakeMaker | undefined;
}

/** Scores the fakes, real images that were changed, and other classes, each by all choices. What was computed before is read. */
export async function scoreTable(
  { options, data, store, ours, xray }: ScoreInput,
  hooks: { readonly onProgress: (progress: Progress) => void; readonly signal: AbortSignal },
): Promise<ScoreTable> {
  const { signal, onProgress } = hooks;
  const fakes: ScoreTable['fakes'][number][] = [];
  const sets: ScoredSet[] = [];
  for (const [id, maker] of Object.entries({ ours, xray })) {
    for (const stretch of maker ? options.stretch : []) {
      onProgress({ phase: 'drawing fakes', done: 0, total: options.count, unit: 'images' });
      const drawn = await maker!.draw(stretch, signal);
      fakes.push({ label: maker!.label, stretch, fakes: drawn });
      sets.push({ id: id as 'ours' | 'xray', label: maker!.label, stretch, source: drawn });
    }
  }
  sets.push(...realSets(options, data));
  const rowsOf = workThrough([data.reals, ...sets.map(({ source }) => source)], options, store, hooks);
  const scored = new Map<ResizeMode, Scored>();
  for (const resize of options.resize) scored.set(resize, await scoreBy(resize, sets, data, rowsOf));
  const main = scored.get(options.resize[0]!)!;
  return {
    table: finalTable(options, data, sets, main),
    byChoice: choiceRows(options, data, sets, scored),
    fakes,
  };
}

function realSets({ size, stretch }: Options, { reals, others }: PaperData): ScoredSet[] {
  return [
    ...stretch.map((stretched): ScoredSet => {
      const source = changed(reals, { size, filter: 'nearest', stretch: stretched });
      return {
        id: 'network',
        label: `reals at ${size} pixels, nearest neighbour`,
        stretch: stretched,
        source,
      };
    }),
    ...SHRUNK.flatMap((shrunk) =>
      stretch.map((stretched): ScoredSet => {
        const source = changed(reals, { size: shrunk, stretch: stretched });
        return { id: 'shrunk', label: `reals at ${shrunk} pixels`, stretch: stretched, source };
      }),
    ),
    ...others.map(({ name, source }): ScoredSet => ({ id: 'other', label: name, stretch: null, source })),
  ];
}

/** Reads or computes activations, and reports how much of all is done. */
function workThrough(
  sources: readonly ImageSource[],
  { resize: modes }: Options,
  store: ActivationStore,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): (source: ImageSource, resize: ResizeMode) => Promise<Rows> {
  const open = modes.flatMap((resize) => sources.filter((source) => !store.has(source, resize)));
  const total = open.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  return async (source, resize) => {
    const isNew = !store.has(source, resize);
    const report = (now: number) =>
      onProgress({ phase: 'scoring', done: done + now, total, unit: 'images', detail: resize });
    const rows = await store.rows(source, resize, { signal, onImages: report });
    if (isNew) done += source.count;
    return rows;
  };
}

/** The scores by one way to resize. */
interface Scored {
  /** Of each set. */
  readonly fid: ReadonlyMap<ScoredSet, number>;
  /** Of each set that the network could have made: half of it against the other half of the reals. */
  readonly ceiling: ReadonlyMap<ScoredSet, number>;
  readonly floor: number;
}

async function scoreBy(
  resize: ResizeMode,
  sets: readonly ScoredSet[],
  { reals }: PaperData,
  rowsOf: (source: ImageSource, resize: ResizeMode) => Promise<Rows>,
): Promise<Scored> {
  const real = await rowsOf(reals, resize);
  const [count, dims] = real.shape as [number, number];
  const half = count >> 1;
  const whole = Statistics.of(real);
  const first = Statistics.of(real.hi(half, dims));
  const fid = new Map<ScoredSet, number>();
  const ceiling = new Map<ScoredSet, number>();
  for (const set of sets) {
    const rows = await rowsOf(set.source, resize);
    fid.set(set, frechetDistance(whole, Statistics.of(rows)));
    if (set.id === 'network') ceiling.set(set, frechetDistance(first, Statistics.of(rows.lo(half, 0))));
  }
  return { fid, ceiling, floor: noiseFloor(real).fid };
}

/** The published number among those of this run, all by the same choices. */
function finalTable(
  { stretch: [stretch], size, data }: Options,
  { className, reals }: PaperData,
  sets: readonly ScoredSet[],
  { fid, ceiling, floor }: Scored,
): TableRow[] {
  const half = reals.count >> 1;
  const of = (id: 'ours' | 'xray' | 'other'): TableRow[] =>
    sets
      .filter((set) => set.id === id && (set.stretch === null || set.stretch === stretch))
      .map((set) => {
        const label = {
          ours: `ours: ${set.label}`,
          xray: `--xray: ${set.label}`,
          other: `${set.label} against ${className}`,
        }[id];
        return { id, label, fid: fid.get(set)!, n1: reals.count, n2: set.source.count };
      });
  const published = `the paper, published${data === undefined ? ' (does not compare with this)' : ''}`;
  const network = sets.find((set) => set.id === 'network' && set.stretch === stretch)!;
  return [
    { id: 'paper', label: published, fid: PAPER.fid, n1: PAPER.reals, n2: PAPER.fakes },
    ...of('ours'),
    ...of('xray'),
    ...of('other'),
    {
      id: 'ceiling',
      label: ceilingLabel(size),
      fid: ceiling.get(network)!,
      n1: half,
      n2: reals.count - half,
    },
    { id: 'floor', label: FLOOR, fid: floor, n1: half, n2: reals.count - half },
  ];
}

function choiceRows(
  { resize: modes, size }: Options,
  { reals }: PaperData,
  sets: readonly ScoredSet[],
  scored: ReadonlyMap<ResizeMode, Scored>,
): ChoiceRow[] {
  const by = (value: (one: Scored) => number): ChoiceRow['fid'] =>
    Object.fromEntries(modes.map((resize) => [resize, value(scored.get(resize)!)]));
  const rowOf = (set: ScoredSet): ChoiceRow => ({
    label: set.label,
    count: set.source.count,
    stretch: set.stretch,
    fid: by(({ fid }) => fid.get(set)!),
  });
  const half = reals.count - (reals.count >> 1);
  return [
    ...sets.map(rowOf),
    ...sets
      .filter(({ id }) => id === 'network')
      .map((set) => ({
        label: ceilingLabel(size),
        count: half,
        stretch: set.stretch,
        fid: by(({ ceiling }) => ceiling.get(set)!),
      })),
    { label: FLOOR, count: half, stretch: null, fid: by(({ floor }) => floor) },
  ];
}
