// node scripts/check-packages.mjs: each package, packed as it will be published, can be installed and says where it comes from.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf, packAll } from './pack.mjs';
import { faultsOf } from './package-faults.mjs';
import { filesUnder } from './prune-dist.mjs';

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), 'packages');
const folder = mkdtempSync(join(tmpdir(), 'cxr-packed-'));
try {
  const faults = [...packAll(folder)].flatMap(([name, tarball]) => {
    const sources = filesUnder(join(packages, name.replace('@cxr/', ''), 'src'));
    return faultsOf(filesOf(tarball), sources).map((fault) => `${name}: ${fault}`);
  });
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
