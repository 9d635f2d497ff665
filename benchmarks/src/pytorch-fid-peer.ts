import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const script = join(root, 'benchmarks', 'peer', 'pytorch_fid_peer.py');
/** Ignored by git; made once. */
const environment = join(root, '.cxr', 'peer');

/** A Python that runs pytorch-fid, and its versions. */
export interface PytorchFid {
  python: string;
  version: string;
}

/**
 * Finds pytorch-fid: in `CXR_PEER_PYTHON`, else in a virtual environment of our own, which is made from the package
 * registry where that can be reached, else in the machine's Python. `CXR_PEER_PYTHON=none` does without.
 */
export function findPytorchFid(log: (line: string) => void): PytorchFid | null {
  const named = process.env.CXR_PEER_PYTHON;
  if (named === 'none') return null;
  if (named) return probe(named);
  const own = join(environment, 'bin', 'python3');
  if (!existsSync(join(environment, 'complete'))) install(own, log);
  return probe(own) ?? probe('python3') ?? probe('/usr/bin/python3');
}

/** Arguments of the script that stand before a command's own. */
export function peerArguments(what: 'fid' | 'distance' | 'version', ...rest: string[]): string[] {
  return [script, what, ...rest];
}

function probe(python: string): PytorchFid | null {
  const { status, stdout } = spawnSync(python, peerArguments('version'), { encoding: 'utf8' });
  return status === 0 ? { python, version: stdout.trim() } : null;
}

function install(python: string, log: (line: string) => void): void {
  log('installing pytorch-fid and CPU PyTorch to measure beside (once; CXR_PEER_PYTHON=none does without)');
  const pip = (...args: string[]): void => {
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
  };
  try {
    execFileSync('python3', ['-m', 'venv', '--clear', environment], { stdio: 'ignore' });
    pip('-r', join(root, 'benchmarks', 'peer', 'requirements.txt'));
    // Without its dependencies: torchvision has no build for every PyTorch, and a stub stands in for it.
    pip('--no-deps', 'pytorch-fid==0.3.0');
    execFileSync(python, ['-c', `open(r"${join(environment, 'complete')}", "w")`]);
  } catch (error) {
    log(`cannot install it: ${(error as Error).message.split('\n')[0]}`);
  }
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
