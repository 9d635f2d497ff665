import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peers = join(root, 'benchmarks', 'peers');
/** A virtual environment with the newest peers, ignored by git; made once. */
const environment = join(root, '.cxr', 'peer');
const own = join(environment, 'bin', 'python3');
const complete = join(environment, 'complete');

/** The Pythons to measure beside: those of `CXR_PYTHON` (separated by commas; `none` does without), or our own and the machine's. */
export function pythons(): string[] {
  const named = process.env.CXR_PYTHON;
  if (named === 'none') return [];
  return named ? named.split(',') : [own, 'python3', '/usr/bin/python3'];
}

/**
 * The first of them that can import `modules`, or null. Where none was named, an environment with PyTorch and
 * pytorch-fid is made first, from the package registry, if that can be reached.
 */
export function findPython(modules: string, log: (line: string) => void): string | null {
  if (!process.env.CXR_PYTHON && !existsSync(complete)) install(log);
  const works = (python: string) => spawnSync(python, ['-c', `import ${modules}`]).status === 0;
  return pythons().find(works) ?? null;
}

/** A script of ours for the peer's side. */
export function peerScript(name: string): string {
  return join(peers, name);
}

function install(log: (line: string) => void): void {
  log('installing PyTorch and pytorch-fid to measure beside (once; CXR_PYTHON=none does without)');
  const pip = (...args: string[]): void => {
    const flags = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    execFileSync(own, [...flags, ...args], { stdio: 'ignore' });
  };
  try {
    execFileSync('python3', ['-m', 'venv', '--clear', environment], { stdio: 'ignore' });
    pip('-r', peerScript('requirements.txt'));
    // Without its dependencies: torchvision has no build for every PyTorch, and a stub stands in for it.
    pip('--no-deps', 'pytorch-fid==0.3.0');
    execFileSync(own, ['-c', `open(r"${complete}", "w")`]);
  } catch (error) {
    log(`cannot install it: ${(error as Error).message.split('\n')[0]}`);
  }
}
