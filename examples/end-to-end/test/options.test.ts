import { basename } from 'node:path';
import type { Output } from '@cxr/cli';
import { describe, expect, it } from 'vitest';
import { main } from '../src/main.js';
import { optionsOf } from '../src/options.js';

describe('the options', () => {
  it('runs on phantoms, small and short, without flags', () => {
    expect(optionsOf({})).toMatchObject({
      size: 64,
      width: 16,
      steps: 300,
      dims: 64,
      seed: 1,
      diffAugment: true,
      ema: 0.99,
      name: 'runs/phantoms',
    });
  });

  it('takes the paper-like settings on data', () => {
    expect(optionsOf({ data: 'x/train/', class: 'NORMAL', epochs: 7 })).toMatchObject({
      data: 'x/train/',
      class: 'NORMAL',
      epochs: 7,
      dims: 768,
      samples: 1000,
      name: 'runs/train-NORMAL',
    });
  });

  it('names the folder after that of the data, however it is given', () => {
    const here = basename(process.cwd());
    for (const [data, className, name] of [
      ['.', undefined, `runs/${here}`],
      ['x/y/..', undefined, 'runs/x'],
      ['x/y/..', 'NORMAL', 'runs/x-NORMAL'],
      ['x', '../z', 'runs/x-..-z'],
      ['/', undefined, 'runs/data'],
      ['two.zip!two/NORMAL', undefined, 'runs/NORMAL'],
      ['two.zip', 'NORMAL', 'runs/two.zip-NORMAL'],
    ] as const)
      expect(optionsOf({ data, class: className }).name).toBe(name);
  });

  it('leaves the paper’s recipe as it is', () => {
    expect(optionsOf({ data: 'x', preset: 'paper' })).toMatchObject({ diffAugment: false, ema: undefined });
  });

  it.each([
    [['--sizes', '64'], /--sizes/],
    [['--size', '65'], /'--size <n>' argument '65' is invalid. It takes 32, 64, 128/],
    [['--dims', '100'], /It takes 64, 192, 768, 2048/],
    [['--steps', '1e3'], /It takes a whole number of at least 1/],
    [['--steps', '5', '--epochs', '5'], /cannot be used with/],
    [['--class', 'NORMAL'], /go with --data/],
    [['--backend', 'cuda'], /It takes auto/],
    [['--ema', '1'], /It takes a number from 0/],
    [['stray'], /too many arguments/],
    [['--preset', 'paper', '--batch-size', '33'], /invalid batchSize: 33 \(even, with halfBatch\)/],
    [['--preset', 'xray-residual', '--batch-size', '6'], /batches of 6 are no whole number of groups/],
  ])('refuses %j in one line', async (args, message) => {
    const lines: string[] = [];
    const output: Output = { result() {}, progress() {}, note: (line) => lines.push(line) };
    expect(await main(args, output)).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
    expect(lines[0]).not.toContain('\n');
  });
});
