// Packs each package as it will be published. `npm pack` would leave `workspace:^` in the manifests and the licence out.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { pruneDist } from './prune-dist.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Packs them into `folder`, and returns the paths of the tarballs by package name. @throws Error with what pnpm says. */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(root, 'packages'))) pruneDist(join(root, 'packages', name));
  const args = [
    '--yes',
    packageManager,
    '-r',
    '--filter',
    './packages/*',
    'pack',
    '--pack-destination',
    folder,
  ];
  const { status, stdout, stderr } = spawnSync('npx', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`packing fails: ${stdout}${stderr}`);
  const files = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  return new Map(files.map((file) => [`@cxr/${/^cxr-(\w+)-/.exec(file)[1]}`, join(folder, file)]));
}

/** The files of a tarball by their paths in the package. Reads what npm and pnpm write: short names in plain headers, or long ones in pax ones. */
export function filesOf(tarball) {
  const bytes = gunzipSync(readFileSync(tarball));
  const files = new Map();
  let longName;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const text = (from, length) =>
      bytes.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const content = bytes.subarray(at + 512, at + 512 + size);
    const type = text(156, 1);
    if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(content.toString())?.[1];
    else {
      const name = longName ?? [text(345, 155), text(0, 100)].filter(Boolean).join('/');
      if (type === '0' || type === '') files.set(name.replace(/^package\//, ''), content);
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
