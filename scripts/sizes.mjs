import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { installedWith } from './installed.mjs';
import { filesUnder } from './prune-dist.mjs';

/** Sizes may differ by this part, */
const TOLERANCE = 0.1;
/** or by so many bytes or modules. */
const SLACK = { modules: 2, packages: 0, default: 1024 };

/**
 * The sizes of a package, in bytes:
 * `installed`: what npm installs, the package alone (`own`) and with its dependencies and required peers (`bytes`, `packages`);
 * `imports`: for each entry, what Node loads when it is imported, required peers included;
 * `bundle`: its main entry for a browser, minified, with its dependencies and without its peers: what is loaded first, and what may be later.
 * @param folder the package's folder, absolute
 */
export async function sizesOf(folder) {
  const imports = entriesOf(folder).map(([entry, specifier]) => [entry, importSize(folder, specifier)]);
  return {
    installed: installSize(folder),
    imports: Object.fromEntries(imports),
    bundle: await bundleSize(folder),
  };
}

/** The shortest of three imports of each entry, in milliseconds. It depends on the machine. */
export function importMilliseconds(folder) {
  const once = (specifier) =>
    Number(
      runNode(
        folder,
        `const start = performance.now(); await import('${specifier}'); console.log(performance.now() - start)`,
      ),
    );
  return Object.fromEntries(
    entriesOf(folder).map(([entry, specifier]) => [
      entry,
      Math.round(Math.min(once(specifier), once(specifier), once(specifier))),
    ]),
  );
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The entries of a package that are scripts, each with what an import of it names. */
function entriesOf(folder) {
  const { name, exports } = manifestOf(folder);
  return Object.keys(exports)
    .filter((entry) => exports[entry].default?.endsWith('.js'))
    .map((entry) => [entry, `${name}${entry.slice(1)}`]);
}

function installSize(folder) {
  const { manifests } = installedWith(realpathSync(folder));
  const sizes = [...manifests].map(([place, { name, files }]) =>
    name.startsWith('@cxr/') ? publishedSize(place, files) : folderSize(place),
  );
  const [own] = sizes;
  return { own, bytes: sizes.reduce((sum, size) => sum + size, 0), packages: sizes.length };
}

/** Of a package of ours: what it publishes. */
function publishedSize(folder, files = []) {
  const paths = [...files, 'package.json', 'README.md'].map((name) => join(folder, name));
  return paths
    .map((path) => (statSync(path).isDirectory() ? folderSize(path) : statSync(path).size))
    .reduce((sum, size) => sum + size, 0);
}

function folderSize(folder) {
  return filesUnder(folder)
    .filter((path) => !path.split('/').includes('node_modules'))
    .reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}

/** The files that Node runs when a module is imported, from V8's own list of them. */
function importSize(folder, specifier) {
  const coverage = mkdtempSync(join(tmpdir(), 'cxr-import-'));
  try {
    runNode(folder, `await import('${specifier}')`, { NODE_V8_COVERAGE: coverage });
    const urls = readdirSync(coverage).flatMap((file) =>
      JSON.parse(readFileSync(join(coverage, file), 'utf8')).result.map(({ url }) => url),
    );
    // The program itself is a file without a name.
    const files = [...new Set(urls)].filter((url) => url.startsWith('file:') && !url.endsWith(']'));
    const bytes = files.reduce((sum, url) => sum + statSync(fileURLToPath(url)).size, 0);
    return { modules: files.length, bytes };
  } finally {
    rmSync(coverage, { recursive: true });
  }
}

function runNode(cwd, program, env = {}) {
  const args = ['--input-type=module', '--eval', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${program} fails in ${cwd}: ${stderr}`);
  return stdout;
}

async function bundleSize(folder) {
  const { exports } = manifestOf(folder);
  const peers = [...installedWith(realpathSync(folder)).manifests.values()].flatMap(
    ({ peerDependencies = {} }) => Object.keys(peerDependencies),
  );
  const { output } = await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: {
        input: join(folder, exports['.'].default),
        preserveEntrySignatures: 'strict',
        external: (id) => peers.some((peer) => id === peer || id.startsWith(`${peer}/`)),
      },
    },
  });
  const files = new Map(output.map((file) => [file.fileName, Buffer.from(file.code ?? file.source)]));
  const first = firstFiles(output).map((name) => files.get(name));
  const total = (list) => list.reduce((sum, { length }) => sum + length, 0);
  const all = total([...files.values()]);
  return {
    first: total(first),
    firstGzip: total(first.map((file) => gzipSync(file))),
    later: all - total(first),
  };
}

/** The names of the chunks that a page loads with the entry. */
function firstFiles(output) {
  const chunks = new Map(
    output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]),
  );
  const entry = output.find(({ isEntry }) => isEntry);
  const names = new Set([entry.fileName]);
  for (const name of names)
    for (const each of chunks.get(name)?.imports ?? []) if (chunks.has(each)) names.add(each);
  return [...names];
}

/** One line for each size that is not as it was, within the tolerance. Milliseconds are not compared. */
export function sizeDifferences(kept, now, path = '') {
  const names = new Set([...Object.keys(kept ?? {}), ...Object.keys(now ?? {})]);
  names.delete('milliseconds');
  return [...names].flatMap((name) => {
    const [before, after] = [kept?.[name], now?.[name]];
    const place = path === '' ? name : `${path} ${name}`;
    if (before !== undefined && after !== undefined && typeof after === 'object')
      return sizeDifferences(before, after, place);
    if (typeof before === 'number' && typeof after === 'number') {
      const allowed = Math.max(before * TOLERANCE, SLACK[name] ?? SLACK.default);
      if (Math.abs(after - before) <= allowed) return [];
      return [`${place}: ${after}, was ${before} (${percent(before, after)})`];
    }
    return [`${place}: ${after === undefined ? 'is gone' : 'is new'}`];
  });
}

function percent(before, after) {
  const change = Math.round((after / before - 1) * 100);
  return `${change > 0 ? '+' : '−'}${Math.abs(change)} %`;
}
