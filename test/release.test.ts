import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const scripts = fileURLToPath(new URL('../scripts/', import.meta.url));

/** Runs a copy of the script whose checks or tests fail. @returns its exit status, and what it ran before it ended */
function release(failing: 'check' | 'vitest'): { status: number | null; ran: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'cxr-release-test-'));
  try {
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module","packageManager":"pnpm@0.0.0"}');
    for (const name of ['release.mjs', 'publish.mjs']) {
      copyFileSync(join(scripts, name), join(folder, 'scripts', name));
    }
    const log = join(folder, 'log');
    const stub = `import { appendFileSync } from 'node:fs';
      appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + '\\n');
      if (process.argv[2] === '${failing}') process.exit(7);`;
    writeFileSync(join(folder, 'scripts', 'run.mjs'), stub);
    // Without a PATH there is no npx: whatever happens, nothing is published.
    const { status } = spawnSync(process.execPath, [join(folder, 'scripts', 'release.mjs')], {
      env: { PATH: '' },
    });
    return { status, ran: existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('publishes nothing whose checks or tests fail', () => {
  expect(release('check')).toEqual({ status: 7, ran: ['check'] });
  expect(release('vitest')).toEqual({ status: 7, ran: ['check', 'vitest run'] });
});

it('is run by a workflow that leaves checks and tests to it, which runs them once', () => {
  const workflow = readFileSync(new URL('../.github/workflows/release.yml', import.meta.url), 'utf8');
  const runs = [...workflow.matchAll(/- run: npm (.+)/g)].map(([, words]) => words);
  expect(runs).toEqual(['run check:consumers', 'run release']);
});

it('is run by a workflow that can make the tags: an annotated tag needs an author', () => {
  const workflow = readFileSync(new URL('../.github/workflows/release.yml', import.meta.url), 'utf8');
  const [before] = workflow.split('npm run release');
  expect(before).toMatch(/git config user\.name /);
  expect(before).toMatch(/git config user\.email /);
});
