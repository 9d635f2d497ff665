import { CxrFileError, describeValue } from '@cxr/image';
import type { Statistics } from '../statistics.js';
import type { StatisticsPart, StatisticsSettings } from './path-report.js';
import { readPart } from './statistics-file.js';
import { withEncoder } from './statistics-settings.js';

/**
 * Joins the statistics of parts of a set to those of the whole set, as `cxr-fid merge` does. Shards (see `PathStatisticsOptions.shard`) must
 * be of one set, and each of them there once.
 *
 * @param files .npz files that `writeStatistics` wrote with a count.
 * @throws CxrFileError as `readStatistics`; `mismatch` naming the file for statistics without a count, of other dims or
 * other settings (see `StatisticsSettings`; one that a file does not name is not compared), or a shard that is there twice, of another set or another
 * number of shards, or missing, or a file that is named twice; TypeError unless `files` is a list of at least one path.
 */
export async function mergeStatistics(files: readonly string[]): Promise<Statistics> {
  return (await mergeFiles(files)).statistics;
}

/** Merged statistics, and how they were made. */
export interface MergedFiles {
  statistics: Statistics;
  /** The settings that every file names; undefined where there is none. */
  settings: StatisticsSettings | undefined;
  /** The settings that only some files name, each with the first file that does not. */
  unknown: { name: string; file: string }[];
}

/** As `mergeStatistics`, with how they were made. */
export async function mergeFiles(files: readonly string[]): Promise<MergedFiles> {
  if (!Array.isArray(files) || files.length === 0)
    throw new TypeError(`mergeStatistics takes a list of files, not ${describeValue(files)}`);
  const [first, ...others] = files as [string, ...string[]];
  const { statistics: all, settings, part } = await readCounted(first);
  const shards = new Shards(first, part);
  const known = new KnownSettings();
  known.add(first, settings);
  for (const [i, file] of others.entries()) {
    const { statistics, settings, part } = await readCounted(file);
    if (statistics.dims !== all.dims) {
      throw new CxrFileError('mismatch', `statistics have ${statistics.dims} dims, not ${all.dims}`, {
        file,
      });
    }
    shards.add(file, part);
    known.add(file, settings);
    if (files.indexOf(file) <= i)
      throw new CxrFileError('mismatch', 'the same file is named twice', { file });
    all.merge(statistics);
  }
  shards.checkComplete();
  return { statistics: all, settings: known.all(), unknown: known.unknown() };
}

/** Sees to it that no two files name other values of a setting. */
class KnownSettings {
  /** Each setting that a file named, and the first file that did. */
  readonly #settings = new Map<string, { value: string; file: string }>();
  readonly #files: { file: string; names: Set<string> }[] = [];

  add(file: string, settings: StatisticsSettings | undefined): void {
    const named = Object.entries(settings ? withEncoder(settings) : {});
    this.#files.push({ file, names: new Set(named.map(([name]) => name)) });
    for (const [name, value] of named) {
      const known = this.#settings.get(name);
      if (known && known.value !== value) {
        const reason = `statistics by another ${name}: ${value}, not ${known.value} as ${known.file}`;
        throw new CxrFileError('mismatch', reason, { file });
      }
      this.#settings.set(name, known ?? { value, file });
    }
  }

  unknown(): MergedFiles['unknown'] {
    return [...this.#settings.keys()].flatMap((name) => {
      const silent = this.#files.find(({ names }) => !names.has(name));
      return silent ? [{ name, file: silent.file }] : [];
    });
  }

  /** Those of the whole: what one part does not say is not known of it. */
  all(): StatisticsSettings | undefined {
    const unknown = new Set(this.unknown().map(({ name }) => name));
    const known = [...this.#settings].filter(([name]) => !unknown.has(name));
    if (known.length === 0) return undefined;
    return Object.fromEntries(known.map(([name, { value }]) => [name, value]));
  }
}

/** Sees to it that shards are all of one set, and each of them there once. */
class Shards {
  readonly #first: StatisticsPart | undefined;
  readonly #files = new Map<number, string>();

  constructor(file: string, part: StatisticsPart | undefined) {
    this.#first = part;
    this.add(file, part);
  }

  add(file: string, part: StatisticsPart | undefined): void {
    const first = this.#first;
    const fail = (reason: string): never => {
      throw new CxrFileError('mismatch', reason, { file });
    };
    if (!first || !part) {
      if (first !== part) fail('some of the files are shards, some are not');
      return;
    }
    const [index, count] = part.shard;
    if (count !== first.shard[1]) fail(`shard ${index}/${count}, not one of ${first.shard[1]}`);
    if (part.set !== first.set) fail('a shard of another set: the names of its images differ');
    const twice = this.#files.get(index);
    if (twice !== undefined) fail(`shard ${index}/${count} is there twice: ${twice}`);
    this.#files.set(index, file);
  }

  checkComplete(): void {
    const [, count = 0] = this.#first?.shard ?? [];
    const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !this.#files.has(i));
    if (missing.length === 0) return;
    const listed = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
    throw new CxrFileError('mismatch', `${missing.length} of ${count} shards are missing: ${listed}`);
  }
}

async function readCounted(file: string) {
  const read = await readPart(file);
  if (read.statistics.count !== undefined) return read;
  throw new CxrFileError(
    'mismatch',
    'statistics do not say how many images they are of, so they cannot be merged',
    { file },
  );
}
