import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun } from '@cxr/dcgan/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, runsFolder } from './cli-support.js';

const place = runsFolder();

/** A run's folder as `train` and `cxr-fid --json` leave it. */
async function makeRun(
  name: string,
  files: Record<string, unknown>,
  log: object[],
  torn = '',
): Promise<string> {
  const folder = place.at(...name.split('/'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'log.jsonl'), log.map((line) => `${JSON.stringify(line)}\n`).join('') + torn);
  for (const [file, value] of Object.entries(files))
    await writeFile(join(folder, file), JSON.stringify(value));
  return folder;
}

let a = '';
let b = '';

beforeAll(async () => {
  a = await makeRun(
    'a',
    {
      'config.json': { config: { width: 16, loss: 'bce', ema: 0.998 }, steps: 20 },
      'metrics.json': {
        ...{ fid: 0.785, dims: 768, resize: 'pil299', n1: 1341, n2: 1000, precision: 0 },
        memorisation: { authPct: 100 },
        curve: [{ step: 10, fid: 1.5 }, { step: 20, fid: 0.785 }, { step: 'x' }, null],
      },
    },
    [
      { type: 'step', step: 10, lossD: 1.25, lossG: 2, secondsPerStep: 3 },
      { type: 'warning', step: 10, kind: 'collapse' },
      { type: 'step', step: 20, lossD: 0.5, lossG: 4, secondsPerStep: 1 },
    ],
  );
  b = await makeRun(
    'b',
    { 'config.json': { config: { width: 24, loss: 'bce' } } },
    [
      { type: 'step', step: 1, lossD: 1, lossG: 2, secondsPerStep: 2 },
      { type: 'score', step: 1, score: 2.5, best: true },
    ],
    '{"type":"step","step":2,"lo',
  );
});

describe('readRun', () => {
  it('reads the log, the settings and the scores of cxr-fid', async () => {
    expect(await readRun(a)).toEqual({
      name: 'a',
      settings: { width: 16, loss: 'bce', ema: 0.998 },
      steps: [
        { step: 10, lossD: 1.25, lossG: 2 },
        { step: 20, lossD: 0.5, lossG: 4 },
      ],
      secondsPerStep: 2,
      curve: [
        { step: 10, score: 1.5 },
        { step: 20, score: 0.785 },
      ],
      scores: { fid: 0.785, precision: 0, authPct: 100 },
      scoredBy: 'dims 768, pil299, 1341 and 1000 images',
      grid: undefined,
    });
  });

  it('reads a log in writing without touching it, and takes its scores before those of metrics.json', async () => {
    const before = readFileSync(join(b, 'log.jsonl'), 'utf8');
    const found = await readRun(b);
    expect(found.steps.map(({ step }) => step)).toEqual([1]);
    expect(found.curve).toEqual([{ step: 1, score: 2.5 }]);
    expect(readFileSync(join(b, 'log.jsonl'), 'utf8')).toBe(before);
  });

  it('reads the metrics.json of the end-to-end example', async () => {
    const folder = await makeRun(
      'example',
      { 'metrics.json': { score: { fid: 0.5, dims: 64 }, options: { size: 64 }, floor: { fid: 9 } } },
      [],
    );
    const found = await readRun(folder);
    expect(found).toMatchObject({
      scores: { fid: 0.5 },
      scoredBy: 'dims 64',
      settings: { size: 64 },
      steps: [],
    });
    expect(found.secondsPerStep).toBeNaN();
  });

  it.each([
    ['a list', '[1]'],
    ['null', 'null'],
    ['no JSON', '{'],
  ])('refuses a metrics.json that is %s, by name', async (_, text) => {
    const folder = await makeRun('hostile', {}, []);
    await writeFile(join(folder, 'metrics.json'), text);
    await expect(readRun(folder)).rejects.toMatchObject({
      code: 'corrupt',
      file: join(folder, 'metrics.json'),
    });
  });

  it('passes over values of another type', async () => {
    const folder = await makeRun(
      'odd',
      { 'metrics.json': { fid: '1', curve: {}, memorisation: 3 }, 'config.json': { config: [] } },
      [{ step: '1', lossD: 1, lossG: 1 }],
    );
    expect(await readRun(folder)).toMatchObject({
      scores: {},
      scoredBy: '',
      curve: [],
      settings: {},
      steps: [],
    });
  });
});

describe('compare', () => {
  it('prints a line a run', async () => {
    const { out, status } = await run('compare', a, b);
    expect(status).toBe(0);
    expect(out.split('\n')).toEqual([
      '   steps  s a step  fid    precision  authPct  scored by',
      'a  20     2         0.785  0          100      dims 768, pil299, 1341 and 1000 images',
      'b  1      2         –      –          –',
      '',
    ]);
  });

  it('prints one JSON object a run', async () => {
    const { out } = await run('compare', a, b, '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ run, steps }) => [run, steps])).toEqual([
      ['a', 20],
      ['b', 1],
    ]);
    expect(lines[0].curve).toHaveLength(2);
  });

  it('tells runs of one name apart by the folders above', async () => {
    const other = await makeRun('old/a', {}, []);
    const { out } = await run('compare', a, other, '--json');
    const names = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).run);
    expect(names[1]).toBe(join('old', 'a'));
    expect(names[0]).toMatch(/[/\\]a$/);
  });

  it('writes a page with the curves, the last grid and the settings that differ', async () => {
    await mkdir(join(b, 'grids'), { recursive: true });
    await writeFile(join(b, 'grids', 'step-00000001.png'), 'first');
    await writeFile(join(b, 'grids', 'step-00000002.png'), 'last');
    const page = place.at('compare.html');
    expect((await run('compare', a, b, '--out', page)).status).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain(Buffer.from('last').toString('base64'));
    expect(html).not.toContain(Buffer.from('first').toString('base64'));
    expect(html).toContain('<tr><th>width</th><td>16</td><td>24</td></tr>');
    expect(html).toContain('<tr><th>ema</th><td>0.998</td><td>–</td></tr>');
    expect(html).not.toContain('<th>loss</th>');
    expect(html).toContain('score over step');
  });

  it('ends with status 2 for a folder that is no run, and for none', async () => {
    const missing = await run('compare', place.at('nowhere'));
    expect(missing.status).toBe(2);
    expect(missing.err).toContain('no log.jsonl');
    expect((await run('compare')).status).toBe(2);
  });
});
