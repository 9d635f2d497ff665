import type { Bench, BenchResult } from './bench.js';

const BENCHES = ['fid', 'distance', 'train', 'profile', 'augment', 'data', 'ablation', 'growth'];

function usage(message: string): never {
  console.error(
    `${message}\nusage: npm run --silent bench -- NAME [--json], NAME one of ${BENCHES.join(', ')}`,
  );
  process.exit(2);
}

function format(value: number | null): string {
  return value === null ? '–' : value.toPrecision(3);
}

function print(result: BenchResult): void {
  console.log(`${result.machine}\nbeside ${result.peer}`);
  console.table(
    Object.fromEntries(
      result.rows.map((row) => [
        row.name,
        {
          ours: format(row.ours),
          peer: format(row.peer),
          ratio: format(row.ratio),
          unit: row.unit,
          runs: row.runs,
        },
      ]),
    ),
  );
  for (const note of result.notes ?? []) console.log(note);
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !BENCHES.includes(name))
  usage(name === undefined ? 'which bench?' : `no bench '${name}'`);
const json = args.includes('--json');
const { run } = (await import(`./${name}.js`)) as { run: Bench };
const result = await run({
  log: (line) => console.error(line),
  args: args.filter((word) => word !== '--json'),
});
if (json) console.log(JSON.stringify(result));
else print(result);
