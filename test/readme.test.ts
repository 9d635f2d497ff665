import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runSnippet, snippetsOf } from './support/readme.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const packages = readdirSync(join(root, 'packages'));

/** What each snippet prints, by the package that it shows: the first call of `console.log`, and all. */
const PRINTED: Record<string, (first: unknown[], all: unknown[][]) => void> = {
  image: (_, all) => expect(all).toEqual([[[299, 299, 1]]]),
  data: (_, all) => expect(all).toEqual([[[128, 128, 1]]]),
  augment([shape, record]) {
    expect(shape).toEqual([224, 224, 1]);
    expect(JSON.parse(record as string).transform).toBe('compose');
  },
  backend([name, tried]) {
    expect(tried).toContainEqual(expect.objectContaining({ name, ok: true }));
  },
  dcgan(_, all) {
    expect(all.map(([step]) => step)).toEqual([1, 2, 3, 4, 5]);
    for (const [, ...losses] of all) expect(losses.every(Number.isFinite)).toBe(true);
  },
  fid: ([fid]) => expect(fid).toBeGreaterThan(0),
  report: ([page]) => expect(page).toMatch(/<title>My run<\/title>.*0\.8/s),
};

it.each(Object.keys(PRINTED))('has a snippet of %s that runs, of a few lines', async (name) => {
  const [, section] = readme.split(`\n[\`@cxr/${name}\`](packages/${name})`);
  const [code] = snippetsOf(section!) as [string];
  expect(code).toContain(`'@cxr/${name}`);
  expect(code.split('\n').filter((line) => !/^(import .*)?$/.test(line)).length).toBeLessThanOrEqual(5);
  // Beside the tests of a package that has TensorFlow.js, where imports resolve.
  const printed = await runSnippet(code, join(root, 'packages/dcgan/test'));
  PRINTED[name]!(printed[0]!, printed);
});

it('names every package', () => {
  for (const name of packages) expect(readme).toContain(`[\`@cxr/${name}\`](packages/${name})`);
});

it('fits on three screens', () => {
  const lines = readme.split('\n');
  expect(lines.length).toBeLessThanOrEqual(150);
  // Code is not wrapped, and a page shows about 105 letters of it.
  const code = [...readme.matchAll(/^```\w*\n(.*?)^```$/gms)].flatMap(([, block]) => block!.split('\n'));
  expect(code.filter((line) => line.length > 105)).toEqual([]);
});

it.each(['README.md', 'docs/comparison.md'])('%s links only to what is there', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
  const local = links.filter((link) => !link.startsWith('https:'));
  expect(local.length).toBeGreaterThan(5);
  const missing = local.filter((link) => !isThere(join(root, dirname(file)), link));
  expect(missing).toEqual([]);
});

/** Whether a file is there, and has the heading that a link names. */
function isThere(folder: string, link: string): boolean {
  const [path, heading] = link.split('#') as [string, string?];
  const place = join(folder, path);
  if (!existsSync(place) || heading === undefined) return existsSync(place);
  const headings = readFileSync(place, 'utf8').match(/^#+ .*$/gm) ?? [];
  return headings.some(
    (line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-') === heading,
  );
}
