import { readdirSync, readFileSync, statSync } from 'node:fs';
import { useBackend } from '@cxr/backend';
import { readImage } from '@cxr/data/node';
import { sample } from '@cxr/dcgan';
import { loadGenerator, PRETRAINED, pretrained, readCheckpointInfo } from '@cxr/dcgan/node';
import { type Image, pixels } from '@cxr/image';
import { beforeAll, expect, it } from 'vitest';
import { run, runsFolder } from './cli-support.js';

const { at } = runsFolder();

beforeAll(() => useBackend('wasm'));

it('lists what is there, each with its model card, 6 MB together at most', () => {
  const folder = new URL('../pretrained/', import.meta.url);
  const expected = PRETRAINED.flatMap((name) => [`${name}.md`, `${name}.safetensors`]);
  expect(readdirSync(folder).sort()).toEqual(expected.sort());
  const bytes = PRETRAINED.reduce((sum, name) => sum + statSync(pretrained(name)).size, 0);
  expect(bytes).toBeLessThan(6e6);
  for (const name of PRETRAINED) {
    const card = readFileSync(new URL(`${name}.md`, folder), 'utf8');
    for (const word of [
      'CC BY 4.0',
      'Kermany',
      'Licence',
      'Split',
      'Score',
      'Memorisation',
      'Limits',
      'Training',
    ]) {
      expect(card).toContain(word);
    }
  }
});

it.each(PRETRAINED)('%s draws images that have contrast and differ', async (name) => {
  const { config, step } = await readCheckpointInfo(pretrained(name));
  expect(step).toBeGreaterThan(0);
  const generator = await loadGenerator(pretrained(name));
  const images: Image[] = [];
  for await (const one of sample(generator, { count: 4, seed: 7 })) images.push(one);
  generator.dispose();
  expect(images.map(({ shape }) => shape.join())).toEqual(Array(4).fill(`${config.size},${config.size},1`));
  for (const [i, { data }] of images.entries()) {
    const values = Array.from(data);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    // Chest X-rays lie at a mean of 80 to 170 of 255, with a deviation of 35 to 80.
    expect(mean).toBeGreaterThan(60);
    expect(mean).toBeLessThan(190);
    expect(deviation).toBeGreaterThan(25);
    const other = images[(i + 1) % images.length]!.data;
    const distance = values.reduce((sum, value, k) => sum + Math.abs(value - other[k]!), 0) / values.length;
    expect(distance).toBeGreaterThan(5);
  }
});

it('cxr-dcgan sample --pretrained draws the same', async () => {
  const [name] = PRETRAINED;
  const out = at('drawn');
  const flags = ['--pretrained', name, '--count', '2', '--seed', '7', '--backend', 'wasm', '--out', out];
  expect(await run('sample', ...flags)).toMatchObject({ status: 0, out: `${out}\n` });
  const generator = await loadGenerator(pretrained(name));
  let i = 0;
  for await (const { data } of sample(generator, { count: 2, seed: 7 })) {
    expect(pixels(await readImage(`${out}/sample-0000${i++}.png`))).toEqual(data);
  }
  generator.dispose();
});

it.each([
  [[], 'one of --checkpoint and --pretrained is needed'],
  [['--pretrained', PRETRAINED[0], '--checkpoint', 'x'], 'one of --checkpoint and --pretrained is needed'],
  [['--pretrained', PRETRAINED[0], '--step', '1'], '--step is for --checkpoint'],
  [['--pretrained', 'other'], 'other'],
])('cxr-dcgan sample %j is wrong usage', async (flags, reason) => {
  const result = await run('sample', ...flags, '--grid', at('g.png'));
  expect(result.status).toBe(2);
  expect(result.err).toContain(reason);
});

it('an unknown name is refused', () => {
  expect(() => pretrained('../secret' as never)).toThrow(RangeError);
});
