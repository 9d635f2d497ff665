import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { registryEnv } from '../../scripts/local-registry.mjs';
import { snippetsOf } from '../support/readme.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

/** Where to install each package from, by name: `file:` and a tarball, or a version that the registry has. */
export type Packed = ReadonlyMap<string, string>;

/** A registry to install from, in place of the one that npm is set to. */
const REGISTRY = process.env.CXR_REGISTRY;

/** What a project is made of. */
export interface ConsumerOptions {
  manager: 'npm' | 'pnpm';
  /** Packages of ours that it names itself. The others come as dependencies of these. */
  ours: readonly string[];
  /** Ranges of other packages by name. */
  others?: Readonly<Record<string, string>>;
  /** @default 'module' */
  type?: 'module' | 'commonjs';
  /** Contents by path. */
  files: Readonly<Record<string, string>>;
}

/** A project of a user, in a folder of its own. */
export interface Consumer {
  folder: string;
  /** Runs a script, in this Node or another. @returns its standard output. @throws Error with all that it printed. */
  node(script: string, args?: readonly string[], program?: string): Promise<string>;
  /** Runs a command line of a package. @returns its standard output. @throws Error with all that it printed. */
  npx(command: string): Promise<string>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a project and installs what it names: ours from tarballs, the rest from the registry. */
export async function createConsumer(packed: Packed, options: ConsumerOptions): Promise<Consumer> {
  const { manager, ours, others = {}, type = 'module', files } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cxr-consumer-'));
  const dependencies = { ...Object.fromEntries(ours.map((name) => [name, packed.get(name)!])), ...others };
  // As tarballs, our packages depend on one another by versions that no registry has yet.
  const tarballs = Object.fromEntries([...packed].filter(([, from]) => from.startsWith('file:')));
  const overrides = Object.fromEntries(
    Object.entries(tarballs).map(([name, file]) => [name, ours.includes(name) ? `$${name}` : file]),
  );
  const env = REGISTRY ? registryEnv(REGISTRY) : process.env;
  const manifest = {
    private: true,
    type,
    dependencies,
    ...(manager === 'npm' ? { overrides } : { pnpm: { overrides: tarballs } }),
  };
  const run = async (program: string, args: readonly string[]): Promise<string> => {
    try {
      const { stdout } = await execute(program, args, { cwd: folder, maxBuffer: 2 ** 26, env });
      return stdout;
    } catch (error) {
      const { message, stdout } = error as Error & { stdout: string };
      throw new Error(`${message}\n${stdout}`);
    }
  };
  const consumer: Consumer = {
    folder,
    node: (script, args = [], program = process.execPath) => run(program, [resolve(folder, script), ...args]),
    npx: (command) => run('npx', ['--no', '--', ...command.split(' ')]),
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await consumer.write({ 'package.json': JSON.stringify(manifest, null, 1), ...files });
  if (manager === 'npm') await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts']);
  else await run('npx', ['--yes', await pnpm(), 'install', '--ignore-scripts', '--ignore-workspace']);
  return consumer;
}

async function pnpm(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  return manifest.packageManager;
}

/** A file of project/. */
export function source(name: string): Promise<string> {
  return readFile(new URL(`project/${name}.ts`, import.meta.url), 'utf8');
}

/** The blocks of TypeScript in a README: of a package, or of the repository without a name. */
export async function readmeSnippets(name?: string): Promise<string[]> {
  const file = join(root, name === undefined ? '.' : join('packages', name), 'README.md');
  const snippets = snippetsOf(await readFile(file, 'utf8'));
  if (snippets.length === 0) throw new Error(`${file} has no TypeScript`);
  return snippets;
}

/** The first of a package. */
export async function readmeSnippet(name: string): Promise<string> {
  const [first] = await readmeSnippets(name);
  return first!;
}
