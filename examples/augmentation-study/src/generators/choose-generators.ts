import { UsageError } from '@cxr/cli';
import type { TrainedStudy } from '../study-types.js';
import type { GivenGenerator } from './given-generators.js';
import { fakeCountsOf } from './subset-fakes.js';

type Plan = Pick<TrainedStudy, 'options' | 'data' | 'subsetOf'>;

/**
 * The given generators by the number of their class.
 * @throws UsageError for one that no arm draws from, for settings of training where every class that gets fakes has one, and for growing to the smallest size.
 */
export function generatorsByClass(
  study: Plan,
  generators: readonly GivenGenerator[],
): ReadonlyMap<number, GivenGenerator> {
  const { classes } = study.data;
  const found = new Map<number, GivenGenerator>();
  for (const one of generators) {
    const { className } = one.info;
    const label = classes.indexOf(className);
    if (label < 0)
      throw new UsageError(`--generator: no class ${className} in the data (${classes.join(', ')})`);
    found.set(label, one);
  }
  if (found.size > 0) checkUsed(study, [...found.keys()]);
  if (study.options.ganGrowSteps > 0 && study.options.ganSize === 32)
    throw new UsageError('--gan-grow-steps does nothing at --gan-size 32, the smallest size');
  return found;
}

function checkUsed(study: Plan, given: readonly number[]): void {
  const { options, data } = study;
  const filled = filledClasses(study);
  const idle = given.find((label) => !filled.has(label));
  if (idle !== undefined)
    throw new UsageError(
      `--generator does nothing for ${data.classes[idle]}: the class gets no fakes (see --fill)`,
    );
  const [setting] = options.ganFlags;
  if (setting !== undefined && [...filled].every((label) => given.includes(label))) {
    const flag = setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag} does nothing: every class that gets fakes has a --generator`);
  }
}

/** The classes that get fakes in any size and subset. */
function filledClasses(study: Plan): Set<number> {
  const { normals, subsets } = study.options;
  const filled = new Set<number>();
  for (const count of normals) {
    for (let subset = 0; subset < subsets; subset++) {
      for (const [label, fakes] of fakeCountsOf(study, count, subset).entries())
        if (fakes > 0) filled.add(label);
    }
  }
  return filled;
}

/** The files' hashes by class, in the order of the names; undefined without any. */
export function hashesOf(generators: readonly GivenGenerator[]): Record<string, string> | undefined {
  if (generators.length === 0) return undefined;
  const pairs = generators.map(({ info }) => [info.className, info.sha256] as const);
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}
