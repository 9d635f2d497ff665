import { describe, expect, it } from 'vitest';
import { duration, progressLine } from '../src/progress.js';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 200, written, write: (text: string) => written.push(text) };
}

describe('progressLine', () => {
  it('shows the rate and the time left on a terminal', () => {
    let time = 0;
    const stream = terminal(true);
    const line = progressLine(stream, () => time);
    line.update({ phase: 'train', done: 0, total: 100, unit: 'steps' });
    time = 10;
    line.update({ phase: 'train', done: 20, total: 100, unit: 'steps', detail: 'loss 1' });
    expect(stream.written.at(-1)).toContain('train: 20/100 steps, 2.00 steps/s, 40 s left, loss 1');
    line.end();
    expect(stream.written.at(-1)).toBe('\n');
  });

  it('counts the rate of a resumed phase from where it began', () => {
    let time = 0;
    const stream = terminal(true);
    const line = progressLine(stream, () => time);
    line.update({ phase: 'train', done: 90, total: 100, unit: 'steps' });
    time = 5;
    line.update({ phase: 'train', done: 95, total: 100, unit: 'steps' });
    expect(stream.written.at(-1)).toContain('1.00 steps/s, 5 s left');
  });

  it('says one line a phase where the stream is no terminal', () => {
    const stream = terminal(false);
    const line = progressLine(stream);
    for (const done of [0, 1, 2]) line.update({ phase: 'train', done, total: 2, unit: 'steps' });
    line.end();
    expect(stream.written).toEqual(['train (2 steps)\n']);
  });
});

it('says durations as people do', () => {
  expect([8.4, 200, 3900].map(duration)).toEqual(['8 s', '3 min 20 s', '1 h 05 min']);
});
