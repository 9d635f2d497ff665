import { createOutput, duration, progressLine } from '@cxr/cli';
import { describe, expect, it } from 'vitest';

function stream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('progressLine', () => {
  it('draws one line on a terminal, with a bar, the rate and the time left', () => {
    const terminal = stream(true);
    let time = 0;
    const line = progressLine(terminal, () => time);
    line.update({ phase: 'reading', done: 0, total: 100, unit: 'images' });
    time = 10;
    line.update({ phase: 'reading', done: 50, total: 100, unit: 'images', detail: 'a.png' });
    expect(terminal.written).toEqual([
      '\r\x1b[2K░░░░░░░░░░░░░░░░░░░░ reading: 0/100 images',
      '\r\x1b[2K██████████░░░░░░░░░░ reading: 50/100 images, 5.00 images/s, 10 s left, a.png',
    ]);
    line.end();
    line.end();
    expect(terminal.written.slice(2)).toEqual(['\n']);
  });

  it('stays within the width of the terminal', () => {
    const narrow = stream(true, 24);
    progressLine(narrow).update({ phase: 'reading', done: 1, total: 100_000, unit: 'images' });
    expect(narrow.written[0]).toBe('\r\x1b[2Kreading: 1/100000 image');
  });

  it('elsewhere writes a line when a phase starts and every 30 seconds', () => {
    const file = stream(false);
    let time = 0;
    const line = progressLine(file, () => time);
    for (time = 0; time <= 65; time += 5) {
      line.update({ phase: 'training', done: time / 5, total: 100, unit: 'steps' });
    }
    line.update({ phase: 'writing', done: 1, unit: 'files' });
    expect(file.written).toEqual([
      'training: 0/100 steps\n',
      'training: 6/100 steps, 5.00 s each, 7 min 50 s left\n',
      'training: 12/100 steps, 5.00 s each, 7 min 20 s left\n',
      'writing: 1 files\n',
    ]);
  });

  it('starts the clock with what a resumed run had done', () => {
    const file = stream(false);
    let time = 0;
    const line = progressLine(file, () => time);
    line.update({ phase: 'training', done: 900, total: 1000, unit: 'steps' });
    time = 30;
    line.update({ phase: 'training', done: 960, total: 1000, unit: 'steps' });
    expect(file.written[1]).toBe('training: 960/1000 steps, 2.00 steps/s, 20 s left\n');
  });
});

describe('createOutput', () => {
  it('writes results and notes apart, after the progress line, without control characters', () => {
    const [stdout, stderr] = [stream(false), stream(true)];
    const output = createOutput({ stdout, stderr });
    output.progress({ phase: 'a\x1b[2J', done: 1, unit: 'files', detail: 'b\x07' });
    output.note('bad\x07name\x9b\n\tat line 2');
    output.result('{"fid": 1}');
    expect(stdout.written).toEqual(['{"fid": 1}\n']);
    expect(stderr.written).toEqual([
      '\r\x1b[2Ka\\u001b[2J: 1 files, b\\u0007',
      '\n',
      'bad\\u0007name\\u009b\n\tat line 2\n',
    ]);
  });

  it('keeps JSON readable when a name holds control characters that JSON.stringify leaves', () => {
    const [stdout, stderr] = [stream(false), stream(false)];
    const name = 'a\x9b\u202e\u{e0001}.png';
    createOutput({ stdout, stderr }).result(JSON.stringify({ name }));
    expect(stdout.written[0]).toBe('{"name":"a\\u009b\\u202e\\udb40\\udc01.png"}\n');
    expect(JSON.parse(stdout.written[0]!)).toEqual({ name });
  });
});

it('says durations as people do', () => {
  expect([0, 59.4, 61, 3600, 3900, 90_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min 01 s',
    '1 h 00 min',
    '1 h 05 min',
    '25 h 00 min',
  ]);
});
