import { withFolderLock } from '@cxr/data/node';
import { armOf } from './arms.js';
import { type PixelStore, readPixels } from './data/pixels.js';
import { isGenerated } from './generators/generated.js';
import { fakeCountsOf, generatorFolder, subsetFakes, trainsGenerator } from './generators/subset-fakes.js';
import { keysOf } from './keyed-images.js';
import { openStudy } from './open-study.js';
import type { Options } from './options.js';
import { convnetSize, type Unit } from './plan.js';
import type { StudyHooks, TrainedStudy } from './study-types.js';
import { trainNetwork, trainProbe } from './train-unit.js';
import { COSTS, startWorkload } from './workload.js';

/** Runs a function with everything trained, in the study's locked folder; frees the Inception network after it. */
export async function withTrainedStudy<T>(
  options: Options,
  hooks: StudyHooks,
  work: (study: TrainedStudy) => Promise<T>,
): Promise<T> {
  return withFolderLock(options.out, async () => {
    const study = await openStudy(options, hooks);
    try {
      await trainAll(study, hooks);
      return await work(study);
    } finally {
      study.inception?.engine.dispose();
    }
  });
}

async function trainAll(study: TrainedStudy, hooks: StudyHooks): Promise<void> {
  const { signal, onProgress } = hooks;
  const open = study.units.filter((unit) => !study.store.has(unit));
  if (open.length === 0) return;
  const workload = startWorkload(totalCost(study, open), onProgress);
  const pixels = await openPixels(study, open, hooks);
  for (const unit of open) {
    signal.throwIfAborted();
    const fakes = armOf(unit.arm).fakes
      ? await subsetFakes(study, unit.normals, unit.subset, signal, workload, pixels)
      : [];
    const size = convnetSize(unit.classifier);
    if (size === undefined) await trainProbe(study, unit, fakes, workload, signal);
    else await trainNetwork(study, unit, fakes, pixels.get(size)!, workload, signal);
  }
}

function totalCost(study: TrainedStudy, open: readonly Unit[]): number {
  const { options } = study;
  const seen = new Set<string>();
  let total = 0;
  for (const unit of open) {
    if (armOf(unit.arm).fakes) {
      for (const [label, count] of fakeCountsOf(study, unit.normals, unit.subset).entries()) {
        const folder = generatorFolder(study, unit.normals, unit.subset, label);
        if (count === 0 || seen.has(folder) || isGenerated(folder)) continue;
        seen.add(folder);
        const given = study.given.get(label)?.info.config;
        total += given
          ? COSTS.fake(given.size, given.width) * count
          : COSTS.ganStep(options.ganSize, options.ganWidth) * (options.ganSteps + options.ganGrowSteps);
      }
    }
    const size = convnetSize(unit.classifier);
    total += size === undefined ? COSTS.probe : COSTS.convnetStep(size) * options.steps;
  }
  const probes = open.filter(({ classifier }) => convnetSize(classifier) === undefined);
  const keys = new Set(probes.flatMap((unit) => [...keysOf(study, unit)]));
  return total + COSTS.activation * (study.inception?.features.missing([...keys]) ?? 0);
}

async function openPixels(
  study: TrainedStudy,
  open: readonly Unit[],
  { signal, onProgress }: StudyHooks,
): Promise<Map<number, PixelStore>> {
  const sizes = new Set(open.flatMap(({ classifier }) => convnetSize(classifier) ?? []));
  if (open.some((unit) => trainsGenerator(study, unit))) sizes.add(study.options.ganSize);
  const pairs = new Map(open.map((unit) => [`${unit.normals}-${unit.subset}`, unit]));
  const items = [...pairs.values()].flatMap((unit) => {
    const { train, validation } = study.subsetOf(unit.normals, unit.subset);
    return [...train, ...validation];
  });
  const stores = new Map<number, PixelStore>();
  for (const size of sizes) {
    const phase = `reading at ${size} pixels`;
    const progress = ({ done, total }: { done: number; total: number }) =>
      onProgress({ phase, done, total, unit: 'images' });
    stores.set(size, await readPixels(items, size, { signal, onProgress: progress }));
  }
  return stores;
}
