import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** A Python that can import `module`: `CXR_PYTHON`, or the first such `python3` on the PATH; null where none can. */
export function findPython(module: string): string | null {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'python3'));
  const candidates = process.env.CXR_PYTHON ? [process.env.CXR_PYTHON] : onPath;
  const works = (python: string) => spawnSync(python, ['-c', `import ${module}`]).status === 0;
  return candidates.find(works) ?? null;
}
