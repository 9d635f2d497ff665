import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, createOutput } from '@cxr/cli';
import { afterEach, expect, it, vi } from 'vitest';
import { main as cxrAugment } from '../packages/augment/src/cli/main.js';
import { main as cxrData } from '../packages/data/src/cli/main.js';
import { main as cxrDcgan } from '../packages/dcgan/src/cli/main.js';
import { main as cxrFid } from '../packages/fid/src/cli/main.js';
import { type CommandLine, commandLines, guides, inlineCode, readMarkdown } from './support/markdown.js';

const MAINS: Record<string, typeof cxrFid> = {
  'cxr-augment': cxrAugment,
  'cxr-data': cxrData,
  'cxr-dcgan': cxrDcgan,
  'cxr-fid': cxrFid,
};

const root = fileURLToPath(new URL('..', import.meta.url));
const namesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
const paths = [
  ...['README.md', 'CONTRIBUTING.md', 'benchmarks/README.md', 'gpu/README.md'],
  ...['docs', 'docs/guides'].flatMap(namesIn),
  ...['packages', 'examples'].flatMap(namesIn).map((folder) => `${folder}/README.md`),
];
const files = paths
  .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
  .map((path) => readMarkdown(path));

afterEach(() => vi.restoreAllMocks());

/** Parses a command line by the program's own flags, and runs nothing. @returns what is wrong with it. */
async function faultOf({ program, args, inline }: CommandLine): Promise<string | undefined> {
  const main = MAINS[program];
  if (main === undefined) return `there is no ${program}`;
  let said = '';
  let reached = false;
  const { action } = Command.prototype;
  vi.spyOn(Command.prototype, 'action').mockImplementation(function (this: Command) {
    return action.call(this, () => {
      reached = true;
    });
  });
  const write = (text: string) => {
    said += text;
    return true;
  };
  const stream = { write, isTTY: false } as unknown as NodeJS.WriteStream;
  const status = await main(args, createOutput({ stdout: stream, stderr: stream }));
  vi.restoreAllMocks();
  if (
    inline &&
    /missing required argument|argument missing|required option .* not specified|Usage:/.test(said)
  )
    return;
  if (status === 0 && (reached || ['--help', '--version'].some((flag) => args.includes(flag)))) return;
  return said.trim();
}

const withCommands = files.filter((file) => commandLines(file).length > 0);
it.each(withCommands.map((file) => [file.path, file] as const))(
  'the programs take the command lines of %s',
  async (_, file) => {
    const faults: string[] = [];
    for (const command of commandLines(file)) {
      const fault = await faultOf(command);
      if (fault !== undefined) faults.push(`${command.program} ${command.args.join(' ')}: ${fault}`);
    }
    expect(faults).toEqual([]);
  },
);

/** Each command, as it is when a sentence names a flag alone. */
const COMMANDS: readonly CommandLine[] = [
  ['cxr-fid', 'a', 'b'],
  ['cxr-augment', 'a', 'b', '--preset', 'chestXray'],
  ['cxr-data', 'inspect', 'a'],
  ['cxr-dcgan', 'train', '--data', 'a', '--out', 'b'],
  ['cxr-dcgan', 'export', '--checkpoint', 'a', '--out', 'b'],
].map(([program, ...args]) => ({ program: program!, args, inline: true }));

it.each(guides().map((guide) => [guide.path, guide] as const))(
  'some command takes each flag that a sentence of %s names',
  async (_, guide) => {
    const others = ['--ignore-scripts', '--gpus', '--user'];
    const flags = inlineCode(guide).filter(
      (code) => code.startsWith('--') && !others.includes(code.split(' ')[0]!),
    );
    for (const flag of flags) {
      const faults = [];
      for (const { program, args } of COMMANDS) {
        faults.push(await faultOf({ program, args: [...args, ...flag.split(' ')], inline: true }));
      }
      expect(faults, flag).toContain(undefined);
    }
  },
);

it('notices a flag and a value that a program does not take', async () => {
  const fid = (text: string, inline = false) =>
    faultOf({ program: 'cxr-fid', args: text.split(' '), inline });
  expect(await fid('a b --dims 768')).toBeUndefined();
  expect(await fid('a b --dimensions 768')).toMatch(/unknown option '--dimensions'/);
  expect(await fid('a b --dims 5', true)).toMatch(/64, 192, 768, 2048/);
  expect(await fid('a')).toMatch(/missing required argument/);
  expect(await fid('a', true)).toBeUndefined();
  expect(await faultOf({ program: 'cxr-score', args: [], inline: true })).toBe('there is no cxr-score');
});

it('finds them', () => {
  const found = files.map((file) => commandLines(file).length);
  expect(found.reduce((sum, n) => sum + n)).toBeGreaterThan(50);
  const text =
    'Or `npx cxr-fid merge a.npz\n-o b.npz`.\n```sh\nnpm run --silent cxr-fid -- a b \\\n  --json # one\n```\n';
  expect(commandLines({ path: 'a.md', text })).toEqual([
    { program: 'cxr-fid', args: ['a', 'b', '--json'], inline: false },
    { program: 'cxr-fid', args: ['merge', 'a.npz', '-o', 'b.npz'], inline: true },
  ]);
});
