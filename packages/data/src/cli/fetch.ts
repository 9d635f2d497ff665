import { parseArgs } from 'node:util';
import { fetchKermany, KERMANY } from '../node/fetch-kermany.js';
import type { Output } from './output.js';

/** `cxr-data fetch`. @returns the exit status. */
export async function fetchCommand(
  args: readonly string[],
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, sha256: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [name, folder, ...more] = positionals;
  if (name !== 'kermany') throw new RangeError(`invalid data set: ${name} (kermany)`);
  if (folder === undefined || more.length > 0) throw new TypeError('fetch takes a data set and one folder');
  const { url, sha256 } = values;
  if (sha256 !== undefined && !/^[0-9a-f]{8,64}$/i.test(sha256))
    throw new RangeError(`invalid --sha256: ${sha256}`);
  output.note(`${url ?? KERMANY.url}\n${KERMANY.credit}`);
  const fetched = await fetchKermany(folder, {
    url,
    sha256,
    signal,
    onDownload: ({ received, total }) =>
      output.progress(`downloading: ${megabytes(received)} of ${megabytes(total)} MB`),
    onProgress: ({ done, total }) => output.progress(`unpacking: ${done + 1} of ${total} files`),
  });
  const { archive, files } = fetched;
  const images = files.filter((file) => /\.jpe?g$/i.test(file)).length;
  if (images !== KERMANY.images) output.note(`note: ${images} images, while the set has ${KERMANY.images}`);
  output.result(
    values.json
      ? JSON.stringify({ archive, sha256: fetched.sha256, images, files: files.length })
      : `${images} images in ${folder}\n${archive} (may be deleted), sha256 ${fetched.sha256}`,
  );
  return 0;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '?' : (bytes / 1e6).toFixed(1);
}
