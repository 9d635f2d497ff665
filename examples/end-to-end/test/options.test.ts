import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../src/options.js';

describe('parseOptions', () => {
  it('runs on phantoms, small and short, without flags', () => {
    expect(parseOptions([])).toMatchObject({
      size: 64,
      width: 16,
      steps: 300,
      dims: 64,
      seed: 1,
      name: 'runs/phantoms',
    });
  });

  it('takes the paper-like settings on data', () => {
    expect(parseOptions(['--data', 'x/train/', '--class', 'NORMAL', '--epochs', '7'])).toMatchObject({
      data: 'x/train/',
      class: 'NORMAL',
      epochs: 7,
      dims: 768,
      samples: 1000,
      name: 'runs/train-NORMAL',
    });
  });

  it.each([
    [['--sizes', '64'], /--sizes/],
    [['--size', '65'], /--size takes 32, 64, 128, not '65'/],
    [['--dims', '100'], /--dims takes 64, 192, 768, 2048/],
    [['--steps', '1e3'], /--steps takes a whole number of at least 1, not '1e3'/],
    [['--steps', '5', '--epochs', '5'], /not both/],
    [['--class', 'NORMAL'], /go with --data/],
    [['--backend', 'cuda'], /--backend takes auto/],
    [['stray'], /stray/],
  ])('refuses %j in one line', (args, message) => {
    const attempt = () => parseOptions(args);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('gives nothing to run for --help', () => {
    expect(parseOptions(['--help'])).toBeUndefined();
  });
});
