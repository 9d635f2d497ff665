import { readFile, writeFile } from 'node:fs/promises';
import { readImage } from '@cxr/data/node';
import { exportOnnx, readGeneratorInfo } from '@cxr/dcgan';
import { loadGenerator } from '@cxr/dcgan/node';
import { pixels } from '@cxr/image';
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

it('cxr-dcgan export writes a file that sample, loadGenerator and readGenerator take', async () => {
  await run(...train('b', 1, '--width', '8', '--learning-rate-g', '0.02'));
  const [whole, half] = [at('whole.safetensors'), at('half.safetensors')];
  const export_ = (out: string, ...more: string[]) =>
    run('export', '--checkpoint', at('b'), '--out', out, ...more);
  expect(await export_(whole)).toMatchObject({ status: 0, out: `${whole}\n` });
  expect(await export_(half, '--type', 'F16')).toMatchObject({ status: 0, out: `${half}\n` });
  expect(readGeneratorInfo(await readFile(whole))).toMatchObject({ step: 1, config: { width: 8 } });
  const sampled = async (checkpoint: string) => {
    await run(
      'sample',
      '--checkpoint',
      checkpoint,
      '--count',
      '4',
      '--backend',
      'cpu',
      '--grid',
      at('g.png'),
    );
    return pixels(await readImage(at('g.png')));
  };
  const expected = await sampled(at('b'));
  expect(await sampled(whole)).toEqual(expected);
  const halves = await sampled(half);
  // A float16 weight is off by at most 2^-11 of itself: a grey level here and there.
  expect(Math.max(...halves.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(2);
  expect(await export_(at('b.onnx'), '--type', 'F16')).toMatchObject({ status: 2 });
  for (const [command, out] of [
    ['sample', '--grid'],
    ['export', '--out'],
  ] as const) {
    expect(await run(command, '--checkpoint', whole, '--step', '1', out, at('x.png'))).toMatchObject({
      status: 2,
      err: expect.stringMatching(/whole\.safetensors: no checkpoint of step 1: it is a generator file\n$/),
    });
  }
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
