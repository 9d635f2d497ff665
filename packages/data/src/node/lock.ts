import { randomBytes } from 'node:crypto';
import { readFile, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { CxrFileError, checkFunction, checkText } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { makeFolder } from './make-folder.js';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { writeFlushed } from './write-flushed.js';

/** The lock of a folder in use, a file in it. */
export const FOLDER_LOCK = '.cxr-lock';

/** What a lock file holds, as JSON. */
interface Holder extends ProcessIdentity {
  host: string;
  /** When the lock was taken. */
  time: string;
  /** Makes two locks of one process differ. */
  key: string;
}

/** Milliseconds between signs of life of a holder, which is all that another machine can see of it. */
const SIGN_EVERY = 30_000;
/** Milliseconds without one after which a lock of another machine counts as abandoned. */
const FOREIGN_TIMEOUT = 600_000;
/** Milliseconds that a lock may be empty: it is being written. */
const WRITING_TIMEOUT = 5_000;

/**
 * Does `work` while this process alone holds the lock `file`. A lock whose process has ended, killed or not, is taken
 * over; one of another machine ten minutes after its last sign of life.
 * @throws CxrFileError 'locked', naming the holder and the file to delete, where it is held; what `work` throws.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  checkText('file', file);
  checkFunction('work', work);
  const content = JSON.stringify(await self());
  await makeFolder(dirname(file));
  await acquire(file, content);
  const signs = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), SIGN_EVERY);
  signs.unref();
  try {
    return await work();
  } finally {
    clearInterval(signs);
    if ((await readText(file)) === content) await rm(file, { force: true }).catch(() => {});
  }
}

/**
 * Does `work` while this process alone holds the folder: for runs that write into one. The folder is made where it is
 * missing, and goes again where `work` leaves nothing in it.
 * @throws as `withLock`; CxrFileError 'unwritable' naming a folder that cannot be made.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  checkFunction('work', work);
  const made = await makeFolder(folder).catch((cause: CxrFileError) => {
    throw new CxrFileError('unwritable', `cannot write it: ${cause.reason}`, { file: folder, cause });
  });
  try {
    return await withLock(join(folder, FOLDER_LOCK), work);
  } finally {
    if (made) await rmdir(folder).catch(() => {});
  }
}

/** Whether a process holds the lock `file` of `withLock`, or `join(folder, FOLDER_LOCK)` of `withFolderLock`. @throws TypeError unless it is a path. */
export async function isLocked(file: string): Promise<boolean> {
  checkText('file', file);
  const text = await readText(file);
  return text !== undefined && isHeld(file, parse(text));
}

async function self(): Promise<Holder> {
  return {
    ...(await ownIdentity()),
    host: hostname(),
    time: new Date().toISOString(),
    key: randomBytes(6).toString('hex'),
  };
}

/** Milliseconds until a lock that another is about to take over is looked at again. */
const GUARD_WAIT = 20;

/** Attempts to take an abandoned lock that other processes take at the same time. */
const TRIES = 10;

async function acquire(file: string, content: string): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    try {
      await writeFlushed(file, content);
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
        // It may be there in part.
        await rm(file, { force: true }).catch(() => {});
        throw fileSystemError(cause, file, 'unwritable');
      }
    }
    const text = await readText(file);
    if (text === undefined) continue;
    const holder = parse(text);
    if (await isHeld(file, holder)) throw lockedError(file, holder);
    await removeStale(file, text);
  }
  throw lockedError(file, undefined);
}

function lockedError(file: string, holder: Holder | undefined): CxrFileError {
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.time}` : 'another process';
  return new CxrFileError('locked', `in use by ${who}; delete this file if that process has ended`, { file });
}

async function isHeld(file: string, holder: Holder | undefined): Promise<boolean> {
  const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? 0);
  if (!holder) return age < WRITING_TIMEOUT;
  if (holder.host !== hostname()) return age < FOREIGN_TIMEOUT;
  // This process's own number, from before it started, is that of an earlier process.
  const started = Date.now() - 1000 * process.uptime();
  if (holder.pid === process.pid && Date.parse(holder.time) < started) return false;
  return isRunning(holder);
}

/**
 * Deletes the lock if it still is the one that was read. One process at a time does so, by a guard file: another would
 * delete the lock that the first has taken since.
 */
async function removeStale(file: string, text: string): Promise<void> {
  const guard = `${file}-takeover`;
  try {
    await writeFlushed(guard, '');
  } catch {
    const age = Date.now() - ((await stat(guard).catch(() => undefined))?.mtimeMs ?? Date.now());
    // Its process was killed in the few moments that it needs.
    if (age > WRITING_TIMEOUT) await rm(guard, { force: true }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, GUARD_WAIT));
    return;
  }
  try {
    if ((await readText(file)) === text) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, host, time, start = null, key } = JSON.parse(text) as Holder;
    const known =
      Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string' && typeof time === 'string';
    return known ? { pid, host, time, start, key } : undefined;
  } catch {
    return undefined;
  }
}
