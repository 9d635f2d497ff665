import { join, resolve } from 'node:path';
import type { CliContext, Command } from '@cxr/cli';
import { checkWritable, readWholeFile, writeFileAtomic } from '@cxr/data/node';
import { readRun } from '../node/read-run.js';
import { comparePage, type LabelledRun, type ShownRun, scoreTable } from './compare-page.js';

interface CompareFlags {
  out?: string;
  json?: boolean;
}

const MAX_GRID = 2 ** 25;

/** Adds `cxr-dcgan compare`. */
export function defineCompare(program: Command, context: CliContext): void {
  program
    .command('compare')
    .description('curves, scores and settings of runs side by side')
    .argument(
      '<run...>',
      'folders of runs; their scores are those of a metrics.json in them, as cxr-fid --json prints it',
    )
    .option('--out <file.html>', 'also write a page with curves and grids')
    .option('--json', 'print one JSON object a run')
    .action((folders: string[], flags: CompareFlags) => compare(folders, flags, context));
}

async function compare(folders: readonly string[], { out, json }: CompareFlags, { output }: CliContext) {
  await checkWritable(out);
  const labels = shortLabels(folders);
  const runs: LabelledRun[] = [];
  for (const [i, folder] of folders.entries()) runs.push({ ...(await readRun(folder)), label: labels[i]! });
  if (out !== undefined) await writeFileAtomic(out, comparePage(await Promise.all(runs.map(withGrid))));
  if (json) {
    for (const { label, steps, ...rest } of runs) {
      output.result(JSON.stringify({ run: label, ...rest, steps: steps.at(-1)?.step ?? 0 }));
    }
    return;
  }
  const [heading, rows] = scoreTable(runs);
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) {
    output.result(
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  }
}

async function withGrid(run: LabelledRun): Promise<ShownRun> {
  return { ...run, png: run.grid === undefined ? undefined : await readWholeFile(run.grid, MAX_GRID) };
}

/** The folders' last names; as many of them as make every label different. */
function shortLabels(folders: readonly string[]): string[] {
  const parts = folders.map((folder) => resolve(folder).split(/[\\/]/).filter(Boolean));
  const depth = Math.max(...parts.map(({ length }) => length));
  for (let n = 1; n < depth; n++) {
    const labels = parts.map((names) => join(...names.slice(-n)));
    if (new Set(labels).size === labels.length) return labels;
  }
  return [...folders];
}
