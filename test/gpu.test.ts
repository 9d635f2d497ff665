import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PRESETS, type Preset } from '@cxr/dcgan';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../gpu', import.meta.url));
const text = (name: string) => readFileSync(join(folder, name), 'utf8');
const settings: Record<string, object> = JSON.parse(text('presets.json'));
const presets = Object.keys(settings) as Preset[];

it.each(presets)('trains %s with the settings that it has here', (name) => {
  // As in a generator file, settings that are missing are those of `dcgan`.
  expect({ ...PRESETS.dcgan, ...settings[name] }).toEqual(PRESETS[name]);
});

it('has a recipe for every preset', () => {
  const recipes = [...text('steps.py').matchAll(/^ {4}"([\w-]+)": Recipe\(/gm)].map(([, name]) => name);
  expect(recipes).toEqual(['paper', 'xray-residual']);
  expect(recipes).toEqual(presets);
});

it('reads no setting that the presets do not say', () => {
  const python = [
    'augment.py',
    'generator_file.py',
    'images.py',
    'networks.py',
    'run.py',
    'steps.py',
    'train.py',
  ];
  const read = python.flatMap((file) =>
    [...text(file).matchAll(/config\["(\w+)"\]/g)].map(([, key]) => key!),
  );
  expect(new Set(read).size).toBeGreaterThan(15);
  // The seed is a flag.
  const said = new Set(['seed', ...Object.values(settings).flatMap((preset) => Object.keys(preset))]);
  expect(read.filter((key) => !said.has(key))).toEqual([]);
});

it('is where the documents say', () => {
  for (const readme of ['examples/reproduce/README.md', 'examples/reproduce/results/README.md']) {
    expect(readFileSync(join(folder, '..', readme), 'utf8')).toContain(
      'python3 gpu/train.py --preset paper --data',
    );
  }
  expect(existsSync(join(folder, 'train.py'))).toBe(true);
});

it('has the flags that its README names', () => {
  const known = [
    '--help',
    ...[...text('train.py').matchAll(/add_argument\(\s*"(--[a-z-]+)"/g)].map(([, flag]) => flag),
  ];
  const named = text('README.md').match(/(?<=[ `])--[a-z][a-z-]+(?=[ `])/g)!;
  // The flag of `npm run reproduce`.
  expect(named.filter((flag) => flag !== '--generator' && !known.includes(flag))).toEqual([]);
});
