import type { Comparison } from '../metrics/compare-activations.js';

/** A metric as a column of the table and a panel of the picture. */
export interface Column {
  key: keyof Comparison;
  title: string;
  /** Which way is nearer to the reals. */
  better: 'lower' | 'higher';
  /** Values are drawn from 0 to at least this; without it on a logarithmic scale. */
  top?: number | undefined;
  /** In words, for a reader who has not met the metric. */
  meaning: string;
  format(value: number): string;
}

const digits = (count: number) => (value: number) => value.toFixed(count);
const percent = (value: number) => `${Math.round(100 * value)} %`;

/** In the order of the table. */
export const COLUMNS: readonly Column[] = [
  { key: 'fid', title: 'FID', better: 'lower', meaning: 'distance of the distributions', format: digits(3) },
  {
    ...{ key: 'meanShare', title: 'mean share', better: 'lower', top: 1, format: percent },
    meaning: 'share of the FID that is a difference common to all images',
  },
  {
    ...{ key: 'kid', title: 'KID × 1000', better: 'lower', top: 0 },
    meaning: 'distance by a kernel, unbiased',
    format: (value) => (1000 * value).toFixed(2),
  },
  {
    ...{ key: 'precision', title: 'precision', better: 'higher', top: 0, format: digits(3) },
    meaning: 'share of the changed images among the reals',
  },
  {
    ...{ key: 'recall', title: 'recall', better: 'higher', top: 0, format: digits(3) },
    meaning: 'share of the reals among the changed images',
  },
  {
    ...{ key: 'density', title: 'density', better: 'higher', top: 0, format: digits(3) },
    meaning: 'how many reals each changed image is near to; 1 is as expected',
  },
  {
    ...{ key: 'coverage', title: 'coverage', better: 'higher', top: 0, format: digits(3) },
    meaning: 'share of the reals with a changed image near',
  },
  {
    ...{ key: 'authPct', title: 'AuthPct', better: 'higher', top: 100, format: digits(0) },
    meaning: 'percent of the changed images that do not look like copies',
  },
];

/** A row's value of a column. */
export function cellText({ key, format }: Column, row: Comparison): string {
  return format(row[key]);
}
