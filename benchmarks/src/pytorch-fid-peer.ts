import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { findPython, peerScript } from './python.js';

/** A Python that runs pytorch-fid, and its versions. */
export interface PytorchFid {
  python: string;
  version: string;
}

export function findPytorchFid(log: (line: string) => void): PytorchFid | null {
  const python = findPython('pytorch_fid, torch, scipy', log);
  if (!python) return null;
  const { status, stdout } = spawnSync(python, peerArguments('version'), { encoding: 'utf8' });
  return status === 0 ? { python, version: stdout.trim() } : null;
}

/** Arguments of the script that stand before a command's own. */
export function peerArguments(what: 'fid' | 'distance' | 'version', ...rest: string[]): string[] {
  return [peerScript('fid.py'), what, ...rest];
}

/** A process that computes distances, so that starting Python is not part of what is timed. */
export class DistancePeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor({ python }: PytorchFid) {
    this.#process = spawn(python, peerArguments('distance'));
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  async ask(
    request: { statistics: string[] } | { activations: string[] },
  ): Promise<{ fid: number; seconds: number }> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('pytorch-fid ended without an answer');
    return JSON.parse(value) as { fid: number; seconds: number };
  }

  close(): void {
    this.#process.stdin.end();
  }
}
