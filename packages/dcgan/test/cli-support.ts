import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output, Progress } from '@cxr/cli';
import { encodePng, phantoms } from '@cxr/data';
import { hashWeights, loadCheckpoint } from '@cxr/dcgan/node';
import { afterAll, beforeAll } from 'vitest';
import { main } from '../src/cli/main.js';

// The program as it is installed: `npm test` builds it first.
const program = fileURLToPath(new URL('../bin/cxr-dcgan.js', import.meta.url));

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

/** Starts the program; `ended` settles when it does. */
export function start(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args]);
  const ended = new Promise<Ended>((resolve) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (status) => resolve({ status, out, err }));
  });
  return { child, ended };
}

/** Runs a command in this process, which spares a start of Node. */
export async function run(...args: string[]): Promise<Ended & { progress: Progress[] }> {
  const ended = { status: 0, out: '', err: '', progress: [] as Progress[] };
  const output: Output = {
    result: (line) => {
      ended.out += `${line}\n`;
    },
    note: (line) => {
      ended.err += `${line}\n`;
    },
    progress: (progress) => ended.progress.push(progress),
  };
  ended.status = await main(args, output);
  return ended;
}

/** A folder for the runs of a test file, with eight images in its folder `data`; gone when the tests are done. */
export function runsFolder() {
  const place = { folder: '', data: '' };
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-cli-'));
    place.data = join(place.folder, 'data');
    await mkdir(place.data);
    for (const { name, image } of phantoms({ count: 8, seed: 1, size: 40 })) {
      await writeFile(join(place.data, `${name}.png`), encodePng(image));
    }
  });
  afterAll(() => rm(place.folder, { recursive: true, force: true }));
  return {
    /** The path of something in the folder. */
    at: (...names: string[]) => join(place.folder, ...names),
    /** Arguments of a short run of tiny networks on the images, into the folder `out`. */
    train: (out: string, steps: number, ...more: string[]): string[] =>
      `train --size 32 --width 1 --batch-size 4 --latent-dim 8 --seed 3 --backend wasm --sample-every 0 --steps ${steps}`
        .split(' ')
        .concat('--data', place.data, '--out', join(place.folder, out), ...more),
    /** The hash of a run's last weights. */
    weightsOf: async (out: string): Promise<string> =>
      hashWeights(await loadCheckpoint(join(place.folder, out))),
  };
}
