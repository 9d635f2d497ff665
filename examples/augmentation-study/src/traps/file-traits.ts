import { imageHeader } from '@cxr/data';
import { readBytes } from '@cxr/data/node';
import type { StudyItem } from '../data/study-item.js';
import { bestAuc } from '../statistics/auc.js';
import { mean } from '../statistics/paired-difference.js';

/** How well one property of the files, without any pixel, tells the class. */
export interface FileTrait {
  readonly name: string;
  /** AUC of that property alone, in the direction that is right more often: 0.5 tells nothing, 1 everything. Of several classes the best. */
  readonly auc: number;
  /** Mean of the property in each class. */
  readonly means: readonly number[];
}

/** What can be read of a file before it is decoded. */
const TRAITS = [
  'colour profile',
  'EXIF data',
  'colour components',
  'width',
  'height',
  'aspect ratio',
  'bytes',
] as const;
/** Profiles and headers lie in the first bytes. */
const HEAD = 2 ** 16;
const MAX_BYTES = 2 ** 30;

/** Whether colour profiles, sizes or the like tell the class: a classifier that sees them need not look at a lung. */
export async function fileTraits(items: readonly StudyItem[], classes: number): Promise<FileTrait[]> {
  const rows: number[][] = [];
  for (const { file } of items) rows.push(await traitsOf(file));
  const labels = items.map(({ label }) => label);
  return TRAITS.map((name, k) => {
    const values = rows.map((row) => row[k]!);
    const means = Array.from({ length: classes }, (_, c) => {
      const own = values.filter((_, i) => labels[i] === c);
      return mean(own);
    });
    return { name, auc: bestAuc(values, labels, classes), means };
  });
}

async function traitsOf(file: string): Promise<number[]> {
  const bytes = await readBytes(file, MAX_BYTES);
  const { width = 0, height = 0, channels = 0 } = imageHeader(bytes);
  const head = Buffer.from(bytes.subarray(0, HEAD));
  const has = (text: string) => (head.includes(text, 0, 'latin1') ? 1 : 0);
  const profile = has('ICC_PROFILE\0') || has('iCCP');
  return [profile, has('Exif\0'), channels, width, height, height > 0 ? width / height : 0, bytes.length];
}
