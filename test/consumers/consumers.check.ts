// npm run check:consumers. The packages as they will be published, or with --registry from a registry that has them, installed by npm and
// pnpm into projects of all kinds, which compile, bundle and run them.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAll } from '../../scripts/pack.mjs';
import { findChromium, openPage } from '../browser/open-page.js';
import { guides, programs } from '../support/markdown.js';
import {
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  type Packed,
  readmeSnippet,
  readmeSnippets,
  source,
} from './consumer.js';
import { composition, type Numbers } from './project/composition.js';

const execute = promisify(execFile);

const ALL = ['augment', 'backend', 'cli', 'data', 'dcgan', 'fid', 'image', 'report'];
const OURS = ALL.map((name) => `@cxr/${name}`);
const TFJS = ['core', 'layers', 'backend-cpu', 'backend-wasm'];

/** Other Nodes to run in, by major version: CXR_NODE=20,22,24. */
const NODES = (process.env.CXR_NODE ?? '').split(',').filter((version) => version !== '');
const NODE_PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

let packed: Packed;
let tarballs: string;
let here: Numbers;

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), 'cxr-packed-'));
  packed = process.env.CXR_REGISTRY
    ? await versions()
    : new Map([...packAll(tarballs)].map(([name, file]) => [name, `file:${file}`]));
  here = await composition();
}, 300_000);
afterAll(() => rm(tarballs, { recursive: true, force: true }));

/** The version of each package. */
async function versions(): Promise<Packed> {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(`../../packages/${name}/package.json`, import.meta.url), 'utf8'))
      .version;
  return new Map(await Promise.all(ALL.map(async (name) => [`@cxr/${name}`, await read(name)] as const)));
}

/** TensorFlow.js of a version. */
const tfjs = (version: string): Record<string, string> =>
  Object.fromEntries(TFJS.map((name) => [`@tensorflow/tfjs-${name}`, version]));

/** JavaScript for Node or bundlers. */
function scriptOf(code: string, module = ts.ModuleKind.ESNext): string {
  return ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module } }).outputText;
}

/** What a project prints, near what this repository computes: float32 in another order, or another TensorFlow.js. */
function expectNumbers(found: Numbers | string): void {
  const { backend, losses, fid } = typeof found === 'string' ? (JSON.parse(found) as Numbers) : found;
  expect(backend).toBe('wasm');
  [fid, ...losses].forEach((value, i) => {
    const expected = [here.fid, ...here.losses][i]!;
    expect(Math.abs(value / expected - 1), `${value}, expected ${expected}`).toBeLessThan(1e-4);
  });
}

/** A project for the tests of one `describe`. */
function project(
  options: () => Promise<Omit<ConsumerOptions, 'ours'> & { ours?: string[] }>,
): () => Consumer {
  let consumer: Consumer;
  beforeAll(async () => {
    consumer = await createConsumer(packed, { ours: OURS, ...(await options()) });
  }, 300_000);
  afterAll(() => consumer?.remove());
  return () => consumer;
}

const MODULES = {
  node16: { module: 'node16' },
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

describe.each(['npm', 'pnpm'] as const)('TypeScript, by %s', (manager) => {
  const consumer = project(async () => {
    const files: Record<string, string> = {
      'src/composition.ts': await source('composition'),
      'src/main.ts': await source('main'),
    };
    for (const name of ALL) files[`src/readme-${name}.ts`] = await readmeSnippet(name);
    for (const [i, code] of (await readmeSnippets()).entries()) files[`src/readme-root-${i}.ts`] = code;
    // These compile here; test/guides.test.ts runs them.
    for (const guide of guides()) {
      const name = guide.path.replace(/.*\/|\.md$/g, '');
      for (const [i, program] of programs(guide).entries()) files[`src/guide-${name}-${i}.ts`] = program;
    }
    for (const [name, options] of Object.entries(MODULES)) {
      const compilerOptions = {
        ...options,
        target: 'es2022',
        strict: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: true,
        rootDir: 'src',
        outDir: `out-${name}`,
        types: ['node'],
      };
      files[`tsconfig.${name}.json`] = JSON.stringify({ compilerOptions, include: ['src'] });
    }
    const others = { ...tfjs('4.22.0'), typescript: '~6.0.3', '@types/node': '20.19.43', esbuild: '0.28.2' };
    return { manager, others, files };
  });

  it.each(Object.keys(MODULES))(
    'compiles with module %s, strictly',
    async (module) => {
      await consumer().node('node_modules/typescript/bin/tsc', ['-p', `tsconfig.${module}.json`]);
    },
    300_000,
  );

  it.each(['node16', 'nodenext'])(
    'runs as %s',
    async (module) => {
      expectNumbers(await consumer().node(`out-${module}/main.js`));
    },
    300_000,
  );

  it.each(ALL)(
    "runs the README's snippet of %s",
    async (name) => {
      await consumer().node(`out-node16/readme-${name}.js`);
    },
    300_000,
  );

  it("runs the snippets of the repository's README", async () => {
    for (const i of (await readmeSnippets()).keys()) await consumer().node(`out-node16/readme-root-${i}.js`);
  }, 300_000);

  it('runs the command lines', async () => {
    const { npx, node, folder } = consumer();
    const save = [
      "import { writeFileSync } from 'node:fs';",
      "import { randomWeights, writeSafetensors } from '@cxr/fid';",
      "writeFileSync('weights.safetensors', writeSafetensors(randomWeights(1).tensors));",
    ];
    await consumer().write({ 'save.js': save.join('\n') });
    await node('save.js');
    await npx('cxr-dcgan sample --pretrained xray-normal-128 --count 4 --seed 7 --out fakes');
    expect(await npx('cxr-data inspect fakes')).toMatch(/images +4\n/);
    expect(await npx('cxr-augment fakes changed --preset chestXray')).toContain('20 copies of 4 images');
    await rm(join(folder, 'changed', 'contact-sheet.png'));
    expect(await npx('cxr-fid fakes changed --dims 64 --weights weights.safetensors')).toMatch(
      /^FID: {2}\d+\.\d+\n$/,
    );
  }, 300_000);

  it('runs as a bundle of esbuild for Node, away from the packages', async () => {
    const { folder, node } = consumer();
    // TensorFlow.js looks for modules of Node, and for its own file, in the way of CommonJS.
    const banner = [
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
      'const __dirname = import.meta.dirname;',
    ].join('');
    const out = await mkdtemp(join(tmpdir(), 'cxr-bundle-'));
    const args = ['--bundle', '--platform=node', '--format=esm', `--outfile=${out}/main.mjs`];
    const program = join(folder, 'node_modules/esbuild/bin/esbuild');
    await execute(program, ['src/main.ts', ...args, `--banner:js=${banner}`], { cwd: folder });
    expectNumbers(await node(join(out, 'main.mjs')));
    await rm(out, { recursive: true });
  }, 300_000);
});

describe('JavaScript, with no optional peer', () => {
  const consumer = project(async () => {
    const [compose, main] = [await source('composition'), await source('main')];
    const cjs = (code: string): string =>
      scriptOf(code, ts.ModuleKind.CommonJS).replace('./composition.js', './composition.cjs');
    const files: Record<string, string> = {
      'composition.js': scriptOf(compose),
      'main.js': scriptOf(main),
      'composition.cjs': cjs(compose),
      'main.cjs': cjs(main),
    };
    const others = Object.fromEntries(
      NODES.map((version) => [`node-${version}`, `npm:${NODE_PACKAGE}@${version}`]),
    );
    return { manager: 'npm', files, others };
  });

  it('has none of them', () => {
    for (const name of [
      'onnxruntime-node',
      'sharp',
      '@tensorflow/tfjs-node',
      '@tensorflow/tfjs-backend-webgpu',
    ]) {
      expect(existsSync(join(consumer().folder, 'node_modules', name)), name).toBe(false);
    }
  });

  const programs = NODES.map((version): [string, () => string] => [
    `Node ${version}`,
    () => join(consumer().folder, 'node_modules', `node-${version}`, 'bin', 'node'),
  ]);
  describe.each([['this Node', () => process.execPath] as [string, () => string], ...programs])(
    '%s',
    (_, program) => {
      it('imports them', async () => {
        expectNumbers(await consumer().node('main.js', [], program()));
      }, 300_000);

      it('requires them', async () => {
        expectNumbers(await consumer().node('main.cjs', [], program()));
      }, 300_000);
    },
  );
});

describe('one package alone', () => {
  const consumer = project(async () => ({
    manager: 'pnpm',
    ours: ['@cxr/augment', '@cxr/image'],
    files: { 'main.js': scriptOf(await readmeSnippet('augment')) },
  }));

  it("runs its README's snippet, and brings no other package of ours", async () => {
    expect(await consumer().node('main.js')).toContain('compose');
    expect(existsSync(join(consumer().folder, 'node_modules/.pnpm/node_modules/@cxr/fid'))).toBe(false);
  }, 300_000);
});

describe('beside TensorFlow.js 4.17', () => {
  const consumer = project(async () => ({
    manager: 'npm',
    others: tfjs('4.17.0'),
    files: {
      'composition.js': scriptOf(await source('composition')),
      'main.js': scriptOf(await source('main')),
    },
  }));

  it('runs', async () => {
    const file = join(consumer().folder, 'node_modules/@tensorflow/tfjs-core/package.json');
    expect(JSON.parse(await readFile(file, 'utf8')).version).toBe('4.17.0');
    expectNumbers(await consumer().node('main.js'));
  }, 300_000);
});

const chromium = findChromium();
if (!chromium || !existsSync(chromium)) {
  console.error('skipped: bundles in a browser: no Chromium on this machine (CXR_CHROMIUM names one)');
}

describe.skipIf(!chromium || !existsSync(chromium))('bundles, in Chromium', () => {
  const consumer = project(async () => ({
    manager: 'npm',
    others: { ...tfjs('4.22.0'), vite: '8.3.8', webpack: '5.112.2', 'webpack-cli': '7.3.1' },
    files: {
      'composition.js': scriptOf(await source('composition')),
      'page.js': scriptOf(await source('page')),
      'index.html': '<!doctype html><script type="module" src="./page.js"></script>',
    },
  }));
  const ways: Record<string, { script: string; args: string[]; folder: string }> = {
    Vite: { script: 'vite/bin/vite.js', args: ['build', '--outDir', 'with-vite'], folder: 'with-vite' },
    webpack: {
      script: 'webpack-cli/bin/cli.js',
      args: ['--entry', './page.js', '-o', 'with-webpack', '--mode', 'production'],
      folder: 'with-webpack',
    },
  };

  it.each(Object.entries(ways))(
    '%s',
    async (name, { script, args, folder: out }) => {
      const { folder } = consumer();
      await consumer().node(`node_modules/${script}`, args);
      if (name === 'webpack') {
        await writeFile(join(folder, out, 'index.html'), '<!doctype html><script src="./main.js"></script>');
      }
      const output: unknown = await openPage({ folder: join(folder, out) }, { input: {} });
      expectNumbers(output as Numbers);
    },
    300_000,
  );
});
