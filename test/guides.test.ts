import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng, phantom } from '@cxr/data';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { guides, installed, programs } from './support/markdown.js';
import { runSnippet } from './support/readme.js';

const here = process.cwd();
// Beside packages that have TensorFlow.js, where its imports by name resolve.
const beside = fileURLToPath(new URL('../packages/dcgan/test/', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-guides-'));
  for (const [i, name] of ['reals', 'fakes', 'in'].entries()) {
    await mkdir(join(folder, name));
    for (const seed of [1, 2]) {
      const image = phantom({ seed: 10 * i + seed, size: 64, sick: name === 'fakes' });
      await writeFile(join(folder, name, `${seed}.png`), encodePng(image));
    }
  }
  const weights = join(folder, 'weights.safetensors');
  await writeFile(weights, writeSafetensors(randomWeights(1).tensors));
  vi.stubEnv('CXR_INCEPTION_WEIGHTS', weights);
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(here);
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const PRINTED: Record<string, (lines: unknown[][]) => void> = {
  'score-my-images': (lines) => {
    expect(lines).toEqual([[expect.any(Number)]]);
    expect(lines[0]![0]).toBeGreaterThan(0);
  },
  'augment-in-my-pipeline': (lines) =>
    expect(lines).toEqual([
      [join('in', '1.png'), [224, 224, 1], expect.stringContaining('"affine"')],
      [join('in', '2.png'), [224, 224, 1], expect.stringContaining('"affine"')],
    ]),
  'on-a-gpu': (lines) =>
    expect(lines).toEqual([
      [expect.any(String), expect.arrayContaining([expect.objectContaining({ ok: true })])],
    ]),
  'without-tfjs-node': (lines) => expect(lines).toEqual([]),
};

const withPrograms = guides().filter((guide) => programs(guide).length > 0);
describe.each(withPrograms.map((guide) => [guide.path.replace(/.*\/|\.md$/g, ''), guide] as const))(
  'the guide %s',
  (name, guide) => {
    const found = programs(guide);

    it('has programs that run, and print what is expected', async () => {
      const lines: unknown[][] = [];
      for (const program of found) lines.push(...(await runSnippet(program, beside)));
      expect(Object.keys(PRINTED)).toContain(name);
      PRINTED[name]!(lines);
    });

    it('installs what its programs import', () => {
      const imported = found.flatMap((program) =>
        [...program.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)/g)].map(([, specifier]) => specifier!),
      );
      const names = installed(guide);
      expect(imported.filter((specifier) => !names.includes(specifier))).toEqual([]);
    });
  },
);

it('every program of a guide is one that is run above', async () => {
  const sources = await Promise.all(guides().map(({ path }) => readFile(join(here, path), 'utf8')));
  const fences = sources.join('\n').match(/^```(ts|js|mjs|javascript|typescript|jsx|tsx)\b/gm) ?? [];
  expect(fences).toHaveLength(guides().flatMap(programs).length);
});
