// node scripts/check-packages.mjs: each package, packed as it will be published, can be installed and says where it comes from.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOf, packAll } from './pack.mjs';
import { faultsOf } from './package-faults.mjs';

const folder = mkdtempSync(join(tmpdir(), 'cxr-packed-'));
try {
  const faults = [...packAll(folder)].flatMap(([name, tarball]) =>
    faultsOf(filesOf(tarball)).map((fault) => `${name}: ${fault}`),
  );
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
