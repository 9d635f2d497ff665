import { relative, resolve, sep } from 'node:path';
import { UsageError } from '@cxr/cli';
import { inShard, listImages, pathBelow, WorkerPool, withFolderLock } from '@cxr/data/node';
import { BitsMonitor, CxrFileError } from '@cxr/image';
import { writeContactSheet } from './contact-sheet.js';
import { openLog, openOutput, writeLog } from './log.js';
import type { CliOptions } from './options.js';
import { copyPath, type LogLine, type Outcome, outputOf, type Source, type Task } from './task.js';

/** Progress of `run`. */
export interface RunProgress {
  /** Copies written, including those of earlier runs. */
  readonly done: number;
  readonly total: number;
}

/** Result of `run`. */
export interface RunResult {
  /** Images that have copies. */
  readonly images: number;
  readonly written: number;
  /** Copies from earlier runs. */
  readonly kept: number;
  /** Files that could not be read, each with the reason. */
  readonly bad: readonly string[];
  /** What a person should know before the copies are used, a sentence each. */
  readonly warnings: readonly string[];
  readonly contactSheet: string;
  readonly seconds: number;
}

/**
 * Writes the copies that are missing.
 * @throws UsageError for an OUT that does not fit; CxrFileError for a folder or file that cannot be read, and 'locked' while
 * another run writes to OUT.
 */
export async function run(
  options: CliOptions,
  signal: AbortSignal,
  onProgress: (progress: RunProgress) => void,
): Promise<RunResult> {
  const files = [...inShard(await listFiles(options), options.shard)];
  return withFolderLock(options.output, () => augmentFiles(files, options, signal, onProgress));
}

async function augmentFiles(
  files: readonly Source[],
  options: CliOptions,
  signal: AbortSignal,
  onProgress: (progress: RunProgress) => void,
): Promise<RunResult> {
  const started = performance.now();
  await openOutput(options.output, options.settings);
  const log = await openLog(options.output);
  const { lines } = log;
  const kept = lines.length;
  const tasks = missing(options, files, lines);
  const total = kept + tasks.reduce((sum, { copies }) => sum + copies.length, 0);
  const bad: string[] = [];
  const warnings: string[] = [];
  const bitsMonitor = new BitsMonitor((message) => warnings.push(message));
  for await (const { file, outcome } of performAll(tasks, options.workers, signal)) {
    if ('bad' in outcome) {
      const { code, reason } = outcome.bad;
      if (!options.skipBad) throw new CxrFileError(code, reason, { file });
      bad.push(`${file}: ${reason}`);
      continue;
    }
    if (outcome.usedBits !== undefined) bitsMonitor.add(outcome.usedBits);
    await log.append(...outcome.lines);
    onProgress({ done: lines.length, total });
  }
  signal.throwIfAborted();
  if (lines.length === 0) throw new CxrFileError('empty', 'no image could be read', { file: options.input });
  bitsMonitor.finish();
  await writeLog(options.output, lines);
  return {
    images: new Set(lines.map(({ file }) => file)).size,
    written: lines.length - kept,
    kept,
    bad,
    warnings,
    contactSheet: await writeContactSheet(options, lines, files),
    seconds: (performance.now() - started) / 1000,
  };
}

/** @throws UsageError where two images would have the same copies; CxrFileError for a copy that would lie outside OUT. */
async function listFiles({ input, output }: CliOptions): Promise<Source[]> {
  const path = relative(resolve(input), resolve(output));
  if (path === '' || path.split(sep)[0] !== '..') throw new UsageError(`OUT is inside IN: ${output}`);
  const files = (await listImages(input, { recursive: true })).map((listed) => ({
    path: listed,
    file: pathBelow(input, listed),
  }));
  const outputs = new Map<string, string>();
  for (const { file } of files) {
    copyPath(output, file, 1);
    const other = outputs.get(outputOf(file, 1));
    if (other !== undefined)
      throw new UsageError(`${other} and ${file} would both become ${outputOf(file, 1)}`);
    outputs.set(outputOf(file, 1), file);
  }
  return files;
}

function missing(
  { output, settings, copies }: CliOptions,
  files: readonly Source[],
  lines: readonly LogLine[],
): Task[] {
  const done = new Set(lines.map((line) => line.output));
  return files.flatMap(({ path, file }) => {
    const rest = Array.from({ length: copies }, (_, i) => i + 1).filter(
      (copy) => !done.has(outputOf(file, copy)),
    );
    return rest.length === 0 ? [] : [{ output, settings, path, file, copies: rest }];
  });
}

/** Tasks that wait for each thread. After an interruption these are still done. */
const AHEAD_EACH = 4;

/**
 * Performs the tasks on this many threads; with one, on the current thread. After `signal` aborts no new task starts, and the
 * outcomes of the running ones are still returned.
 */
async function* performAll(
  tasks: readonly Task[],
  workers: number,
  signal: AbortSignal,
): AsyncGenerator<{ file: string; outcome: Outcome }, void, void> {
  const module = new URL(import.meta.url.replace(/run(\.[jt]s)$/, 'task$1'));
  const threads = workers === 1 ? 0 : Math.min(workers, tasks.length);
  const pool = new WorkerPool<Task, Outcome>(module, {
    workers: threads,
    ahead: Math.max(1, AHEAD_EACH * threads),
  });
  function* untilAborted(): Generator<Task, void, void> {
    for (const task of tasks) {
      if (signal.aborted) return;
      yield task;
    }
  }
  try {
    for await (const result of pool.map(untilAborted())) {
      if ('error' in result) throw result.error;
      yield { file: result.item.file, outcome: result.value };
    }
  } finally {
    await pool.close();
  }
}
