import type { NdArray } from 'ndarray';
import { type ActivationRows, activationRows } from '../activation-rows.js';
import { Statistics } from '../statistics.js';
import { type FrechetTerms, frechetTerms } from './frechet-distance.js';

/** Activations whose images' classes are known. */
export interface LabelledActivations {
  /** `[n, dims]`. */
  activations: NdArray<Float32Array>;
  /** The class of each row, such as NORMAL, `[n]`. */
  labels: readonly string[];
}

/** The FID of one class. */
export interface ClassFid extends FrechetTerms {
  /** The class. */
  name: string;
  /** Its real images, and its fakes. */
  n1: number;
  n2: number;
}

/** The FIDs of all classes. */
export interface FidByClass {
  /** Mean of the classes' FIDs, each of the same weight. */
  intraFid: number;
  /** Sorted by name. */
  classes: ClassFid[];
}

/**
 * The FID of each class by itself, and their mean, the intra-FID (Miyato and Koyama, "cGANs with Projection Discriminator", 2018): unlike the FID
 * of all images together, it sees a generator that mixes classes up. A class has fewer images than the whole, so its FID is
 * biased upwards more: compare it only with that of the same class at the same numbers of images.
 *
 * @throws TypeError for a value of another kind; RangeError if the numbers of labels and rows differ, a class is in one set only or has
 * fewer than two images in one, the dims differ, or an activation is not finite.
 */
export function fidByClass(real: LabelledActivations, fake: LabelledActivations): FidByClass {
  const [reals, fakes] = [byClass(real, 'reals'), byClass(fake, 'fakes')];
  for (const [from, others, missing] of [
    [reals, fakes, 'fakes'],
    [fakes, reals, 'reals'],
  ] as const) {
    for (const name of from.keys())
      if (!others.has(name)) throw new RangeError(`there are no ${missing} of the class ${name}`);
  }
  const classes = [...reals.keys()].sort().map((name): ClassFid => {
    const [a, b] = [reals.get(name)!, fakes.get(name)!];
    for (const [{ n }, kind] of [
      [a, 'reals'],
      [b, 'fakes'],
    ] as const)
      if (n < 2)
        throw new RangeError(
          `a covariance needs at least 2 images: the class ${name} has ${n} of the ${kind}`,
        );
    return { name, n1: a.n, n2: b.n, ...frechetTerms(Statistics.of(a), Statistics.of(b)) };
  });
  if (classes.length === 0) throw new RangeError('there are no images');
  return { intraFid: classes.reduce((sum, { fid }) => sum + fid, 0) / classes.length, classes };
}

function byClass(set: LabelledActivations, kind: string): Map<string, ActivationRows> {
  const rows = activationRows(set?.activations as NdArray<Float32Array>);
  const { labels } = set;
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string'))
    throw new TypeError(`the labels of the ${kind} must be an array of strings`);
  if (labels.length !== rows.n)
    throw new RangeError(`there are ${labels.length} labels for ${rows.n} ${kind}`);
  const indices = new Map<string, number[]>();
  labels.forEach((label: string, i) => {
    const known = indices.get(label);
    if (known) known.push(i);
    else indices.set(label, [i]);
  });
  return new Map([...indices].map(([name, own]) => [name, rows.take(own)]));
}
