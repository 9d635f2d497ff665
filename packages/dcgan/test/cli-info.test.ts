import { describe, expect, it } from 'vitest';
import { run, runsFolder } from './cli-support.js';

const { at, train, weightsOf } = runsFolder();

describe('cxr-dcgan info', () => {
  it('counts the parameters of the paper preset', async () => {
    expect(JSON.parse((await run('info', '--preset', 'paper', '--json')).out)).toMatchObject({
      generator: { parameters: 17_766_019 },
      discriminator: { parameters: 17_480_321 },
    });
  });

  it('says what a checkpoint holds, as JSON or in lines', async () => {
    await run(...train('a', 2, '--ema', '0.9', '--checkpoint-every', '1'));
    const { out } = await run('info', '--checkpoint', at('a'), '--json');
    const info = JSON.parse(out);
    const plain = JSON.parse(
      (await run('info', '--size', '32', '--width', '1', '--latent-dim', '8', '--json')).out,
    );
    expect(info).toEqual({
      step: 2,
      weights: { sha256: await weightsOf('a') },
      config: { ...plain.config, batchSize: 4, seed: 3, ema: 0.9 },
      generator: plain.generator,
      discriminator: plain.discriminator,
    });
    expect(Object.keys(plain)).toEqual(['config', 'generator', 'discriminator']);
    const lines = (await run('info', '--checkpoint', at('a'))).out.trim().split('\n');
    expect(lines).toEqual([
      'step           2',
      `generator      ${info.generator.parameters} parameters`,
      `discriminator  ${info.discriminator.parameters} parameters`,
      `weights        sha256 ${info.weights.sha256}`,
      `config         ${JSON.stringify(info.config)}`,
    ]);
    const first = JSON.parse((await run('info', '--checkpoint', at('a'), '--step', '1', '--json')).out);
    expect(first.step).toBe(1);
    expect(first.weights).not.toEqual(info.weights);
    expect((await run('info', '--size', '32', '--width', '1')).out.split('\n')).toHaveLength(4);
  });

  it('ends with status 2 for a wrong setting or checkpoint', async () => {
    expect(await run('info', '--size', '33')).toMatchObject({
      status: 2,
      err: 'cxr-dcgan: invalid size: 33 (32, 64, 128 or 256)\n',
    });
    expect(await run('info', '--checkpoint', at('a'), '--latent-dim', '7')).toMatchObject({
      status: 2,
      err: 'cxr-dcgan: --latent-dim is for a preset: a checkpoint has its own settings\n',
    });
    expect(await run('info', '--step', '1')).toMatchObject({
      status: 2,
      err: 'cxr-dcgan: --step is for --checkpoint\n',
    });
    expect(await run('info', '--checkpoint', at('nowhere'))).toMatchObject({
      status: 2,
      err: `cxr-dcgan: ${at('nowhere')}: no checkpoint\n`,
    });
  });

  it('lists every setting with its default in the help', async () => {
    const { out } = await run('info', '--help');
    for (const line of [
      /--learning-rate-g <n>\s+of the generator \(0\.0002\)/,
      /--half-batch <bool>[^-]*\(false\)/,
      /--diff-augment <list>[^-]*\(none\)/,
      /--loss <name>[^-]*\(bce\) +\(choices: "bce", "hinge"/s,
    ]) {
      expect(out.replace(/\s+/g, ' ')).toMatch(line);
    }
  });
});
