import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runFolder } from '../src/run-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes a new folder for each run, and the last one to resume', () => {
  const name = join(folder, 'phantoms');
  expect(runFolder({ name, resume: false })).toBe(name);
  mkdirSync(join(name, 'checkpoint'), { recursive: true });
  expect(runFolder({ name, resume: false })).toBe(`${name}-2`);
  mkdirSync(join(`${name}-2`, 'checkpoint'), { recursive: true });
  expect(runFolder({ name, resume: true })).toBe(`${name}-2`);
});

it('never writes over a run', () => {
  mkdirSync(join(folder, 'checkpoint'));
  expect(() => runFolder({ name: '', out: folder, resume: false })).toThrow(UsageError);
  expect(runFolder({ name: '', out: folder, resume: true })).toBe(folder);
});

it('says when there is nothing to resume', () => {
  expect(() => runFolder({ name: '', out: folder, resume: true })).toThrow(/holds no run to resume/);
});
