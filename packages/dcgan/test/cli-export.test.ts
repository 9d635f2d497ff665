import { readFile, writeFile } from 'node:fs/promises';
import { exportOnnx } from '@cxr/dcgan';
import { loadGenerator } from '@cxr/dcgan/node';
import { expect, it } from 'vitest';
import { run, runsFolder } from './cli-support.js';

const { at, train } = runsFolder();

it('cxr-dcgan export writes the generator of the checkpoint asked for', async () => {
  await run(...train('a', 2, '--checkpoint-every', '1'));
  const model = at('generator.onnx');
  for (const flags of [[], ['--step', '1']]) {
    const exported = await run('export', '--checkpoint', at('a'), '--out', model, ...flags);
    expect(exported).toMatchObject({ status: 0, out: `${model}\n` });
    const generator = await loadGenerator(at('a'), { step: flags.length === 0 ? 2 : 1 });
    expect(Buffer.compare(await readFile(model), await exportOnnx(generator))).toBe(0);
    generator.dispose();
  }
  expect(await run('export', '--checkpoint', at('nowhere'), '--out', model)).toMatchObject({ status: 2 });
});

it.each([
  ['sample', '--checkpoint', 'missing', '--grid'],
  ['sample', '--checkpoint', 'missing', '--strip'],
  ['sample', '--checkpoint', 'missing', '--data', 'missing', '--nearest'],
  ['sample', '--checkpoint', 'missing', '--out'],
  ['export', '--checkpoint', 'missing', '--out'],
  ['compare', 'missing', '--out'],
])('cxr-dcgan %s %s … says first that the output cannot be written', async (...args) => {
  await writeFile(at('file'), '');
  const out = at('file/x');
  expect(await run(...args, out)).toMatchObject({
    status: 1,
    err: expect.stringContaining(`${out}: cannot write it: `),
  });
});
