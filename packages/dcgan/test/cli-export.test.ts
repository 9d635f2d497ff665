import { readFile } from 'node:fs/promises';
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
