import { Argument, type CliContext, type Command, downloadProgress, Option, UsageError } from '@cxr/cli';
import { checkWritableFolder } from '../node/check-writable.js';
import { fetchKermany, KERMANY } from '../node/fetch-kermany.js';

/** Adds `cxr-data fetch`. */
export function defineFetch(program: Command, context: CliContext): void {
  program
    .command('fetch')
    .description(`download the Kermany chest X-rays (1.2 GB) and unpack them; resumes what was cut off`)
    .addArgument(new Argument('<dataset>').choices(['kermany']))
    .argument('<folder>', 'where the archive and its files go')
    .option('--url <url>', 'download from another place')
    .addOption(
      new Option('--sha256 <hex>', 'refuse another archive; the first eight digits will do').argParser(
        hexDigits,
      ),
    )
    .option('--json', 'print one JSON object')
    .action((_dataset: string, folder: string, options: FetchOptions) => fetch(folder, options, context));
}

interface FetchOptions {
  url?: string;
  sha256?: string;
  json?: boolean;
}

function hexDigits(text: string): string {
  if (/^[0-9a-f]{8,64}$/i.test(text)) return text;
  throw new UsageError(`invalid --sha256: ${text} (8 to 64 hexadecimal digits)`);
}

async function fetch(folder: string, options: FetchOptions, { output, signal }: CliContext): Promise<void> {
  const { url, sha256 } = options;
  await checkWritableFolder(folder);
  output.note(`${url ?? KERMANY.url}\n${KERMANY.credit}`);
  const fetched = await fetchKermany(folder, {
    url,
    sha256,
    signal,
    onDownload: (progress) => output.progress(downloadProgress('downloading', progress)),
    onProgress: ({ done, total }) =>
      output.progress({ phase: 'unpacking', done: done + 1, total, unit: 'files' }),
  });
  const { archive, files } = fetched;
  const images = files.filter((file) => /\.jpe?g$/i.test(file)).length;
  if (images !== KERMANY.images) output.note(`note: ${images} images, while the set has ${KERMANY.images}`);
  output.result(
    options.json
      ? JSON.stringify({ archive, sha256: fetched.sha256, images, files: files.length })
      : `${images} images in ${folder}\n${archive} (may be deleted), sha256 ${fetched.sha256}`,
  );
}
