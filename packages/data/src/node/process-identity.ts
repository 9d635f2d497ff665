import { readFile } from 'node:fs/promises';

/** Who holds a lock: enough to see later whether that process still runs. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system reports it; null if unknown. */
  start: string | null;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, start: (await processStart(process.pid)) ?? null };
}

/**
 * Whether this very process of this machine still runs. Where the system does not tell when a process started, another
 * process that has got the same number counts as it.
 */
export async function isRunning({ pid, start }: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await processStart(pid);
  if (now === 'dead') return false;
  return start === null || now === undefined || now === start;
}

/**
 * Linux: the boot and the clock tick of a process's start. 'dead' for one that has ended, and whose parent has not asked
 * for its status; undefined elsewhere.
 */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Fields 3 (state) and 22 (start time) of proc_pid_stat(5); field 2, the name, may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : `${boot.trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
