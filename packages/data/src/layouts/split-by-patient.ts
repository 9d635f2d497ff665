import { checkFractions, checkList, checkOptions, describeValue, type Rng, shuffle } from '@cxr/image';
import { patientKey } from './patient-of.js';

/** What a split looks at; `DatasetItem` is one. */
export interface SplitItem {
  /** Whom it shows: texts that differ only in capitals or zeros before a number are the same person. @default unknown */
  patient?: string | undefined;
  /** Its classes: each part gets its share of those. @default none */
  labels?: readonly string[] | undefined;
}

/** The parts, and what the split could not see to. */
export interface PatientSplit<T> extends Array<T[]> {
  /** Items of no patient: nothing kept those of one person together. */
  unknown: T[];
}

/** Options of `splitByPatient`. */
export interface SplitByPatientOptions {
  /** Called where the patient of some items is unknown. */
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * Deals items into parts such that all images of a patient fall into one, and each part has its share of each class as
 * nearly as whole patients allow: `splitByPatient(items, [0.8, 0.1, 0.1], rng)`. Items of no patient count as one each, and
 * are listed as `unknown` in the result: the images of one person may then be in several parts.
 * Within a part items keep their order.
 * @throws RangeError for an unknown option, or unless the fractions are positive and add up to 1; TypeError for what is no
 * array of items, and without a generator.
 */
export function splitByPatient<T extends SplitItem>(
  items: readonly T[],
  fractions: readonly number[],
  rng: Rng,
  options: SplitByPatientOptions = {},
): PatientSplit<T> {
  checkOptions<SplitByPatientOptions>('splitByPatient', options, { onWarning: true });
  checkList('items', items);
  for (const item of items) {
    if (item === null || typeof item !== 'object') {
      throw new TypeError(`an item to split is { patient, labels }, not ${describeValue(item)}`);
    }
  }
  checkFractions(fractions);
  const groups = groupByPatient(items);
  // Where the largest patients go first, the small ones after them even the parts out.
  const order = shuffle(groups, rng).sort((a, b) => b.length - a.length);
  const strata = new Map<string, number[]>();
  const partOf = new Map<number, number>();
  for (const group of order) {
    // A patient of two classes, such as healthy and then ill, counts for those of the first image.
    const stratum = (items[group[0]!]!.labels ?? []).join('\n');
    const counts = strata.get(stratum) ?? fractions.map(() => 0);
    strata.set(stratum, counts);
    const part = emptiest(counts, fractions, group.length);
    counts[part]! += group.length;
    for (const index of group) partOf.set(index, part);
  }
  const parts = fractions.map((_, part) => items.filter((_, index) => partOf.get(index) === part));
  const unknown = items.filter(({ patient }) => patient === undefined);
  const warning = unknownPatientsWarning(unknown.length, items.length);
  if (warning !== undefined) options.onWarning?.(warning);
  return Object.assign(parts, { unknown });
}

/** The warning about items of unknown patients; undefined if there are none. */
export function unknownPatientsWarning(unknown: number, total: number): string | undefined {
  if (unknown === 0) return undefined;
  return `the patient of ${unknown} of ${total} images is unknown: a split may put images of one person into several parts`;
}

/** The indices of each patient's items. */
function groupByPatient(items: readonly SplitItem[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [index, { patient }] of items.entries()) {
    const key = patient === undefined ? `\n${index}` : patientKey(patient);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()];
}

/** The part that is furthest below its share of `total`, in items. */
function emptiest(counts: readonly number[], fractions: readonly number[], next: number): number {
  const total = counts.reduce((a, b) => a + b, 0) + next;
  let best = 0;
  for (let part = 1; part < counts.length; part++) {
    const missing = (index: number): number => fractions[index]! * total - counts[index]!;
    if (missing(part) > missing(best)) best = part;
  }
  return best;
}
