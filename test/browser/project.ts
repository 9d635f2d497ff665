import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The bundlers, pinned: what their newest versions do is not what a change here has to answer for. */
const BUNDLERS = {
  esbuild: '0.28.2',
  vite: '8.3.8',
  vite7: 'npm:vite@7.3.8',
  webpack: '5.112.2',
  'webpack-cli': '7.3.1',
};

/** A configuration of Vite 7 for pages with workers. */
export const ES_WORKERS = 'es-workers.config.js';

const TFJS = ['backend-cpu', 'backend-wasm', 'core', 'layers'].map((name) => `@tensorflow/tfjs-${name}`);

/** A user's project in a folder of its own: our packages as they would be published, and the bundlers. */
export interface Project {
  folder: string;
  /** Runs a script of node_modules. */
  node(script: string, ...args: string[]): Promise<void>;
  /** Starts a server, waits until it answers, and hands its port to `use`. */
  withServer<T>(
    script: string,
    args: (port: number) => string[],
    use: (port: number) => Promise<T>,
  ): Promise<T>;
  remove(): Promise<void>;
}

/** Packs the packages and installs them with npm: this needs the registry, and takes about a minute. */
export async function createProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'cxr-bundlers-'));
  const packed = join(folder, 'packed');
  await mkdir(packed);
  const dependencies: Record<string, string> = { ...BUNDLERS };
  for (const name of await readdir(join(root, 'packages'))) {
    const { stdout } = await run(
      'npx',
      ['--yes', await packageManager(), 'pack', '--json', '--pack-destination', packed],
      {
        cwd: join(root, 'packages', name),
      },
    );
    dependencies[`@cxr/${name}`] = `file:${(JSON.parse(stdout) as { filename: string }).filename}`;
  }
  for (const name of TFJS) dependencies[name] = '4.22.0';
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies, overrides: overridesOf(dependencies) }),
  );
  await writeFile(join(folder, ES_WORKERS), "export default { worker: { format: 'es' } };\n");
  await writePage(folder);
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder });
  return {
    folder,
    async node(script, ...args) {
      await run(process.execPath, [join(folder, 'node_modules', script), ...args], { cwd: folder });
    },
    withServer: (script, args, use) => withServer(folder, script, args, use),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Our packages depend on one another by versions that no registry has yet. */
function overridesOf(dependencies: Record<string, string>): Record<string, string> {
  const ours = Object.keys(dependencies).filter((name) => name.startsWith('@cxr/'));
  return Object.fromEntries(ours.map((name) => [name, `$${name}`]));
}

async function packageManager(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  return manifest.packageManager;
}

/** The page of this folder, in JavaScript. */
async function writePage(folder: string): Promise<void> {
  const here = join(root, 'test', 'browser');
  for (const name of ['page', 'tasks', 'worker']) {
    const source = await readFile(join(here, `${name}.ts`), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    await writeFile(join(folder, `${name}.js`), outputText.replace('worker.ts', 'worker.js'));
  }
  const html = (await readFile(join(here, 'index.html'), 'utf8')).replace('page.ts', 'page.js');
  await writeFile(join(folder, 'index.html'), html);
}

/** Puts a page beside a bundle whose script is of this name. */
export async function addHtml(folder: string, script: string): Promise<void> {
  await writeFile(
    join(folder, 'index.html'),
    `<!doctype html><script type="module" src="./${script}"></script>`,
  );
}

async function withServer<T>(
  folder: string,
  script: string,
  args: (port: number) => string[],
  use: (port: number) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const server = spawn(process.execPath, [join(folder, 'node_modules', script), ...args(port)], {
    cwd: folder,
    stdio: 'ignore',
  });
  try {
    await answers(server, port);
    return await use(port);
  } finally {
    if (server.exitCode === null) {
      const gone = new Promise((done) => server.once('exit', done));
      server.kill('SIGKILL');
      await gone;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function answers(server: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`the server ended with status ${server.exitCode}`);
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error('the server does not answer');
}
