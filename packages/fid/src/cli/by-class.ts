import { UsageError } from '@cxr/cli';
import { listClassFolders, listImages, pathBelow } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { type FidByClass, fidByClass, type LabelledActivations } from '../metrics/fid-by-class.js';
import type { PathStatistics } from '../node/path-report.js';

/** Before anything is computed: both paths must have the same class folders, with two images or more in each. */
export async function checkClassFolders(paths: readonly [string, string]): Promise<void> {
  const sets = [];
  for (const path of paths) {
    if (path.endsWith('.npz')) throw new UsageError(`--by class needs class folders: ${path} is a file`);
    const classes = await listClassFolders(path);
    for (const { name, files } of classes) {
      if (files.length < 2)
        throw new CxrFileError(
          'empty',
          `the class ${name} has ${files.length} image: a FID needs at least two`,
          { file: path },
        );
    }
    const inside = classes.reduce((sum, { files }) => sum + files.length, 0);
    const outside = (await listImages(path, { recursive: true })).length - inside;
    if (outside > 0)
      throw new UsageError(`--by class: ${outside} of the images in ${path} are in no class folder`);
    sets.push(new Set(classes.map(({ name }) => name)));
  }
  for (const [i, j] of [
    [0, 1],
    [1, 0],
  ] as const) {
    for (const name of sets[i]!)
      if (!sets[j]!.has(name))
        throw new UsageError(`--by class: ${paths[i]} has a class folder ${name}, but ${paths[j]} has not`);
  }
}

/** The FID of each class folder by itself. */
export function scoreClasses([a, b]: readonly [PathStatistics, PathStatistics]): FidByClass {
  return fidByClass(labelled(a), labelled(b));
}

/** The class of a file is the first folder below the path. */
function labelled({ path, names, activations }: PathStatistics): LabelledActivations {
  return { activations: activations!, labels: names.map((file) => pathBelow(path, file).split('/')[0]!) };
}
