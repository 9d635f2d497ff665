import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOLDER_LOCK, isLocked, withFolderLock, withLock } from '@cxr/data/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let lock: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-lock-'));
  lock = join(folder, 'lock');
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A process that runs until it is killed. */
async function sleeper(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)']);
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

/** Leaves a lock behind, taken `ago` milliseconds ago. */
async function leave(holder: object | string, ago = 0): Promise<void> {
  const text = typeof holder === 'string' ? holder : JSON.stringify({ host: hostname(), ...holder });
  await writeFile(lock, text);
  const time = new Date(Date.now() - ago);
  await utimes(lock, time, time);
}

const taken = () => withLock(lock, async () => 'taken');
const now = () => new Date().toISOString();

describe('withLock', () => {
  it('gives the work’s result, and is free again after it and after its failure', async () => {
    expect(await withLock(lock, async () => readFile(lock, 'utf8'))).toContain(`"pid":${process.pid}`);
    await expect(withLock(lock, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await taken()).toBe('taken');
    expect(await readdir(folder)).toEqual([]);
  });

  it('shows to others whether it is held', async () => {
    expect(await isLocked(lock)).toBe(false);
    expect(await withLock(lock, () => isLocked(lock))).toBe(true);
    expect(await isLocked(lock)).toBe(false);
    await leave({ pid: 2 ** 22 + 1, time: now() });
    expect(await isLocked(lock)).toBe(false);
  });

  it('refuses a second holder, naming the first and the file to delete', async () => {
    await withLock(lock, async () => {
      await expect(taken()).rejects.toMatchObject({
        code: 'locked',
        file: lock,
        reason: expect.stringMatching(
          new RegExp(`in use by process ${process.pid} on ${hostname()}, since .*; delete this file if`),
        ),
      });
    });
  });

  it('lets one of many in at a time, also over a lock that was left behind', async () => {
    await leave({ pid: 2 ** 22 + 1, time: now() });
    let inside = 0;
    let done = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        withLock(lock, async () => {
          expect(++inside).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 50));
          inside--;
          done++;
        }),
      ),
    );
    expect(done).toBeGreaterThan(0);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'locked' });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('is held by a process that runs, and no longer once it is killed', async () => {
    const child = await sleeper();
    await leave({ pid: child.pid, time: now(), start: null });
    await expect(taken()).rejects.toThrow(`process ${child.pid}`);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await taken()).toBe('taken');
  });

  it.runIf(process.platform === 'linux')('knows another process that has got the same number', async () => {
    const child = await sleeper();
    await leave({ pid: child.pid, time: now(), start: 'an earlier boot 123' });
    expect(await taken()).toBe('taken');
  });

  it('knows its own number from an earlier process', async () => {
    const before = new Date(Date.now() - 1000 * process.uptime() - 60_000).toISOString();
    await leave({ pid: process.pid, time: before });
    expect(await taken()).toBe('taken');
  });

  it('holds for another machine while that gives signs of life', async () => {
    const elsewhere = { pid: 1, host: 'elsewhere', time: now() };
    await leave(elsewhere, 300_000);
    await expect(taken()).rejects.toThrow('process 1 on elsewhere');
    await leave(elsewhere, 700_000);
    expect(await taken()).toBe('taken');
  });

  it.each(['', '{', 'null', '{"pid":-1}'])(
    'takes over what is no lock (%j), unless it is being written',
    async (text) => {
      await leave(text);
      await expect(taken()).rejects.toMatchObject({ code: 'locked' });
      await leave(text, 10_000);
      expect(await taken()).toBe('taken');
    },
  );

  it('leaves a lock alone that another process is about to take over', async () => {
    const guard = `${lock}-takeover`;
    await leave({ pid: 2 ** 22 + 1, time: now() });
    await writeFile(guard, '');
    await expect(taken()).rejects.toMatchObject({ code: 'locked' });
    expect((await readdir(folder)).sort()).toEqual(['lock', 'lock-takeover']);
    // That process was killed while it did so.
    const time = new Date(Date.now() - 10_000);
    await utimes(guard, time, time);
    expect(await taken()).toBe('taken');
    expect(await readdir(folder)).toEqual([]);
  });

  it('waits where the sign of a takeover goes before it can be looked at', async () => {
    await leave({ pid: 2 ** 22 + 1, time: now() });
    // A link that leads nowhere is there for whoever makes the file, and not for whoever reads its time.
    await symlink(join(folder, 'nowhere'), `${lock}-takeover`);
    await expect(taken()).rejects.toMatchObject({ code: 'locked' });
    await rm(`${lock}-takeover`);
    expect(await taken()).toBe('taken');
  });

  it('does not free a lock that another has taken over', async () => {
    await withLock(lock, () => leave({ pid: 1, host: 'elsewhere', time: now() }));
    expect(await readdir(folder)).toEqual(['lock']);
  });
});

describe('withFolderLock', () => {
  it('names a folder that cannot be made', async () => {
    await writeFile(lock, '');
    await expect(withFolderLock(join(lock, 'a'), async () => {})).rejects.toMatchObject({
      code: 'unwritable',
      message: `${join(lock, 'a')}: cannot write it: a file is where a folder must be`,
    });
  });

  it('makes the folder, and leaves none that is empty', async () => {
    const run = join(folder, 'runs/one');
    await withFolderLock(run, async () => {
      expect(await readdir(run)).toEqual([FOLDER_LOCK]);
      await expect(withFolderLock(run, async () => {})).rejects.toMatchObject({ code: 'locked' });
    });
    expect(await readdir(join(folder, 'runs'))).toEqual([]);
    await withFolderLock(run, () => writeFile(join(run, 'a'), ''));
    expect(await readdir(run)).toEqual(['a']);
  });
});
