import { describeValue } from '@cxr/image';

/** @throws TypeError unless `folder` is a path. */
export function checkFolder(caller: string, folder: unknown): void {
  if (typeof folder === 'string' && folder !== '') return;
  const what = folder === '' ? 'an empty string' : describeValue(folder);
  throw new TypeError(`${caller} takes the path of a folder, not ${what}`);
}
