import { describeValue } from '@cxr/image';

/** @throws TypeError unless `files` is a list of files; one that is read more than once must be an array. */
export function checkFiles(caller: string, files: unknown, once = false): void {
  const iterable = files !== null && typeof files === 'object' && Symbol.iterator in files;
  if (once ? iterable : Array.isArray(files)) return;
  const takes = `${caller} takes a list of files, such as [file] or await listImages(folder)`;
  throw new TypeError(`${takes}, not ${describeValue(files)}`);
}
