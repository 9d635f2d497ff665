import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { CxrFileError } from '@cxr/image';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inRunFolder, runFolder } from '../src/run-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes a new folder for each run, and the last one to resume', async () => {
  const name = join(folder, 'phantoms');
  expect(await runFolder({ name, resume: false })).toBe(name);
  mkdirSync(join(name, 'checkpoint'), { recursive: true });
  expect(await runFolder({ name, resume: false })).toBe(`${name}-2`);
  mkdirSync(join(`${name}-2`, 'checkpoint'), { recursive: true });
  expect(await runFolder({ name, resume: true })).toBe(`${name}-2`);
});

it('never writes over a run, or into another program’s samples', async () => {
  mkdirSync(join(folder, 'checkpoint'));
  const out = { name: '', out: folder };
  await expect(runFolder({ ...out, resume: false })).rejects.toThrow(UsageError);
  expect(await runFolder({ ...out, resume: true })).toBe(folder);
  const samples = join(folder, 'other');
  mkdirSync(join(samples, 'samples'), { recursive: true });
  await expect(runFolder({ name: '', out: samples, resume: false })).rejects.toThrow(/holds samples already/);
  expect(await runFolder({ name: samples, resume: false })).toBe(`${samples}-2`);
});

it('says when there is nothing to resume', async () => {
  const nothing = runFolder({ name: '', out: folder, resume: true });
  await expect(nothing).rejects.toThrow(/holds no run to resume/);
});

it('gives runs that start at once a folder each, and lets a failure through', async () => {
  const place = { name: join(folder, 'phantoms'), resume: false };
  let open = 0;
  const folders = await Promise.all(
    [1, 2, 3].map(() =>
      inRunFolder(place, async (out) => {
        open++;
        await expect.poll(() => open).toBe(3);
        writeFileSync(join(out, 'log.jsonl'), '');
        return out;
      }),
    ),
  );
  expect(folders.sort()).toEqual([place.name, `${place.name}-2`, `${place.name}-3`]);
  const inner = new CxrFileError('locked', 'in use', { file: join(folder, 'weights') });
  const failing = inRunFolder(place, () => Promise.reject(inner));
  await expect(failing).rejects.toBe(inner);
});
