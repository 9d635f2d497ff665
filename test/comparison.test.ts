import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
/** On one line, as a sentence may be wrapped anywhere. */
const comparison = read('docs/comparison.md').replace(/\s+/g, ' ');
const readme = read('README.md');

interface Row {
  readonly name: string;
  readonly ratio: number;
}
const rowsOf = (name: string): readonly Row[] => JSON.parse(read(`benchmarks/results/${name}.json`)).rows;
const ratioOf = (rows: readonly Row[], name: string) => rows.find((row) => row.name === name)!.ratio;

/** The geometric mean of the rows beside one peer, how many there are, and in how many we are faster. */
function summary(rows: readonly Row[], peer: string) {
  const ratios = rows.filter(({ name }) => name.startsWith(`${peer}/`)).map(({ ratio }) => ratio);
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return { mean: mean.toFixed(2), rows: ratios.length, faster: ratios.filter((ratio) => ratio > 1).length };
}

it('says the speeds of augmentations that are kept', () => {
  const rows = rowsOf('augment');
  const beside = summary(rows, 'albumentations');
  expect(comparison).toContain(
    `${beside.mean} times theirs, the geometric mean of ${beside.rows} rows; faster in ${beside.faster}.`,
  );
  expect(readme).toMatch(new RegExp(`\\| albumentations \\|[^|]*\\| ${beside.mean} \\|`));
  const [small, large] = [224, 1024].map((size) =>
    ratioOf(rows, `albumentations/chestXray/${size}`).toFixed(2),
  );
  expect(comparison).toContain(`\`chestXray\` ${small} times at 224 pixels, ${large} at 1024`);
  const torchvision = summary(rows, 'torchvision');
  expect(comparison).toContain(
    `torchvision ${torchvision.mean} times, faster in ${torchvision.faster} of ${torchvision.rows} rows`,
  );
});

it('says the speeds of FID that are kept', () => {
  const [whole] = rowsOf('fid');
  expect(comparison).toContain(`768 dims ${whole!.ratio.toFixed(1)} times as fast`);
  expect(readme).toMatch(new RegExp(`\\| pytorch-fid \\|[^|]*\\| ${whole!.ratio.toFixed(1)} \\|`));
  const distance = rowsOf('distance');
  const [small, large] = [768, 2048].map((dims) =>
    ratioOf(distance, `from statistics, ${dims} dims`).toFixed(1),
  );
  expect(comparison).toContain(`from statistics, ${small} times at 768 and ${large} times at 2048 dims`);
});

it('says the speeds of reading files that are kept', () => {
  const rows = rowsOf('data');
  const [small, original] = ['jpeg-224/299', 'jpeg-original/299'].map((name) =>
    ratioOf(rows, name).toFixed(2),
  );
  expect(comparison).toContain(`${small} times (224 pixels) and ${original} times (original size)`);
});

it('says speeds of a training step that hold the kept ones', () => {
  const [, ...said] = /: (\d\.\d+) to (\d\.\d+) times PyTorch .*?, (\d\.\d+) to (\d\.\d+) in WebAssembly/
    .exec(comparison)!
    .map(Number);
  const [min, max, wasmMin, wasmMax] = said as [number, number, number, number];
  for (const { name, ratio } of rowsOf('train')) {
    const [low, high] = name.startsWith('wasm/') ? [wasmMin, wasmMax] : [min, max];
    expect(ratio, name).toBeGreaterThan(low - 0.005);
    expect(ratio, name).toBeLessThan(high + 0.005);
  }
  expect(readme).toContain(`| ${Math.min(min, wasmMin)} to ${Math.max(max, wasmMax)} |`);
});
