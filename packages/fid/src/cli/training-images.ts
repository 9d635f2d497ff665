import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Reading, savedReading, UsageError } from '@cxr/cli';
import { listClassFolders, listImages, readWholeFile } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';

const MAX_CONFIG = 2 ** 24;

/** The images that a run was trained on. */
interface TrainingImages {
  folder: string;
  /** Whether those in its sub-folders count: the class folders of a conditional run. */
  recursive: boolean;
  /** How the run read them, as far as it says so. */
  reading: Reading;
}

/**
 * The images that a run of `cxr-dcgan train` names in its config.json: those of the class folders of a run trained with `--conditional`.
 * @throws UsageError where it does not, where they are gone, and where it
 * names no class of a folder of class folders, unless all of them are asked for.
 */
export async function trainingImages(
  run: string,
  { recursive = false }: { recursive?: boolean | undefined } = {},
): Promise<TrainingImages> {
  const file = join(run, 'config.json');
  const config: { data?: unknown; class?: unknown; classNames?: unknown; reading?: unknown } = existsSync(
    file,
  )
    ? parseObject(await readWholeFile(file, MAX_CONFIG))
    : {};
  const { data, class: name, classNames } = config;
  const reading = config.reading === undefined ? {} : savedReading(config.reading);
  if (!reading) throw new UsageError(`${file}: its "reading" does not say how the run read its images`);
  if (typeof data !== 'string')
    throw new UsageError(`${run} does not name its images: give them after the run`);
  const folder = typeof name === 'string' ? join(data, name) : data;
  const all = recursive || (Array.isArray(classNames) && classNames.length > 0);
  await checkImages(run, folder, all);
  return { folder, recursive: all, reading };
}

/** @throws UsageError for a folder that is gone, and, unless its sub-folders count, for one whose images are all in class folders. */
async function checkImages(run: string, folder: string, recursive: boolean): Promise<void> {
  try {
    await listImages(folder, { recursive });
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    if (error.code === 'not-found' || error.code === 'not-a-directory')
      throw new UsageError(
        `the run’s images are not at ${folder}, as seen from here: give them after the run`,
      );
    if (recursive || error.code !== 'empty') throw error;
    const classes = await listClassFolders(folder).catch(() => []);
    if (classes.length === 0) throw error;
    const names = classes.map(({ name }) => name).join(', ');
    throw new UsageError(
      `${run} does not name its class, and ${folder} holds class folders (${names}): give the images after the run`,
    );
  }
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
