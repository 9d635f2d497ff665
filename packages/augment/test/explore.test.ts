import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as exported from '@cxr/augment';
import { encodePng, phantom } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { image } from '@cxr/image';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { explorePage } from '../src/cli/explore.js';
import { exploreRows } from '../src/cli/explore-rows.js';
import { main } from '../src/cli/main.js';
import { EVERY } from './every-transform.js';
import { noise } from './images.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-explore-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function outputTo(lines: string[]) {
  return {
    result: (line: string) => lines.push(line),
    note: (line: string) => lines.push(line),
    progress: () => undefined,
  } as never;
}

it('writes one page with every transform, and nothing beside it', async () => {
  await writeFileAtomic(join(folder, 'a.png'), encodePng(phantom({ seed: 1, size: 64 })));
  const out = join(folder, 'page.html');
  const lines: string[] = [];
  const status = await main(
    ['explore', join(folder, 'a.png'), '--out', out, '--size', '32'],
    outputTo(lines),
  );
  expect([status, lines]).toEqual([0, [`wrote ${out}`]]);
  const html = readFileSync(out, 'utf8');
  expect(html.startsWith('<!doctype html>')).toBe(true);
  expect(html).not.toMatch(/(src|href)="(?!data:|#)/);
  for (const code of [
    'rotate({ degrees: [-15, 15] })',
    'motionBlur({ length: [3, 17], degrees: 30 })',
    'gridDistortion({ change: [-0.6, 0.6] })',
  ]) {
    expect(html).toContain(`<code>${code}</code>`);
  }
});

it('shows 12 bits in a 16-bit file as --bits says, and names the flag where it is missing', async () => {
  const grey = phantom({ seed: 1, size: 32 });
  const dim = image(
    Uint16Array.from(grey.data, (value) => (value << 4) | (value >> 4)),
    32,
    32,
    1,
  );
  await writeFileAtomic(join(folder, 'dim.png'), encodePng(dim));
  const out = join(folder, 'dim.html');
  const explore = async (...flags: string[]) => {
    const lines: string[] = [];
    const status = await main(['explore', join(folder, 'dim.png'), '--out', out, ...flags], outputTo(lines));
    return { status, text: lines.join('\n'), page: readFileSync(out, 'utf8') };
  };
  const without = await explore();
  expect(without.text).toContain('warning: ');
  expect(without.text).toContain('(--bits 12)');
  const said = await explore('--bits', '12');
  expect([said.status, said.text]).toEqual([0, `wrote ${out}`]);
  expect(said.page).not.toBe(without.page);
});

it('an image that cannot be read is refused', async () => {
  const lines: string[] = [];
  expect(await main(['explore', join(folder, 'none.png')], outputTo(lines))).toBe(2);
  expect(lines.join()).toMatch(/none\.png/);
});

it('has a strip for every transform, whose code runs and whose names exist', () => {
  const image = noise({ height: 24, width: 20, channels: 3, seed: 1 });
  const rows = exploreRows(image).flatMap((part) => part.rows);
  const needReferences = ['fourierAdaptation', 'histogramMatching'];
  const missing = new Set([...Object.values(EVERY).map(({ name }) => name), 'chestXray', 'paperClassic']);
  for (const name of ['compose', 'oneOf', 'someOf', 'sometimes', ...needReferences]) missing.delete(name);
  for (const { name, code } of rows) {
    missing.delete(name);
    const run = new Function(...Object.keys(exported), `return ${code}`) as (...all: unknown[]) => unknown;
    expect((run(...Object.values(exported)) as exported.Transform).apply, code).toBeTypeOf('function');
  }
  expect([...missing]).toEqual([]);
});

it('draws the same for the same seed, from grey and 16 bits too', () => {
  const image = noise({ height: 24, width: 20, type: 'uint16', seed: 1 });
  expect(explorePage(image, 1)).toBe(explorePage(image, 1));
  expect(explorePage(image, 1)).not.toBe(explorePage(image, 2));
  expect(explorePage(image, 1)).not.toContain('saturation');
});
