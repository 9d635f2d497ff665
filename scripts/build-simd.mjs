/**
 * node scripts/build-simd.mjs [--check]: compiles each packages/NAME/assembly (AssemblyScript) into the binary.ts of
 * that package: a WebAssembly module as text, so that it needs no file at run time and bundlers, workers and Node load
 * it alike. Run it after a change in assembly/. With --check it writes nothing, and fails where the committed text is
 * not what assembly/ compiles to.
 *
 * An assembly that asks for ASC_FEATURE_RELAXED_SIMD is compiled a second time, with relaxed SIMD.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import asc from 'assemblyscript/asc';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** AssemblyScript's decorator on functions is no TypeScript: in assembly/ it stands in a comment. */
const withDecorators = (source) => source.replaceAll('\n// @inline\n', '\n@inline\n');

/** Options of single packages: backend's module works on memory that may be shared, which takes a maximum. */
const OPTIONS = { backend: ['--maximumMemory', '65536'] };

/** The bytes of a package's module, base64. It imports its memory, so it must bring no data of its own to put there. */
async function compile(name, features) {
  const folder = join(root, 'packages', name);
  let binary;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '0'];
  options.push(...(OPTIONS[name] ?? []));
  const enable = features.flatMap((feature) => ['--enable', feature]);
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--outFile', 'simd.wasm', '--use', 'abort=', ...enable, ...options],
    {
      readFile: (name, base) => {
        const file = join(folder, base === '.' ? '' : base, name);
        return existsSync(file) ? withDecorators(readFileSync(file, 'utf8')) : null;
      },
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${folder}: ${stderr}`);
  return Buffer.from(binary).toString('base64');
}

/** True where the sources differ with relaxed SIMD. */
function usesRelaxedSimd(folder) {
  return readdirSync(join(folder, 'assembly')).some((file) =>
    readFileSync(join(folder, 'assembly', file), 'utf8').includes('ASC_FEATURE_RELAXED_SIMD'),
  );
}

/** A constant of binary.ts. */
const constant = (name, comment, value) => [
  `/** ${comment} */`,
  '// biome-ignore format: one long text',
  `export const ${name}: string = '${value}';`,
];

for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  if (!existsSync(join(folder, 'assembly'))) continue;
  const target = readdirSync(join(folder, 'src'))
    .map((part) => join(folder, 'src', part, 'binary.ts'))
    .find((file) => existsSync(file));
  const lines = constant('SIMD_MODULE', 'A WebAssembly module, base64.', await compile(name, ['simd']));
  if (usesRelaxedSimd(folder)) {
    const relaxed = await compile(name, ['simd', 'relaxed-simd']);
    lines.push(...constant('RELAXED_SIMD_MODULE', 'The same with relaxed SIMD, base64.', relaxed));
  }
  const text = ['// Made by scripts/build-simd.mjs from assembly/: do not edit.', ...lines, ''].join('\n');
  if (!values.check) {
    writeFileSync(target, text);
  } else if (readFileSync(target, 'utf8') !== text) {
    console.error(
      `${relative(root, target)} is not what assembly/ compiles to: run node scripts/build-simd.mjs`,
    );
    process.exitCode = 1;
  }
}
