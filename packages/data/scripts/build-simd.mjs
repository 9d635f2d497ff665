/**
 * Compiles assembly/ into src/simd/binary.ts: a WebAssembly module as text, so that it needs no file at run time
 * (bundlers, workers and Node all load it alike). Run it after a change in assembly/: `node scripts/build-simd.mjs`.
 * With `--check` it writes nothing and fails when the committed text is not what assembly/ compiles to.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = `${root}src/simd/binary.ts`;

/** The module's bytes; it imports its memory, so it must bring no data of its own to put there. */
async function compile() {
  let binary;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '0'];
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--outFile', 'simd.wasm', '--enable', 'simd', '--use', 'abort=', ...options],
    {
      readFile: (name, base) => {
        try {
          return readFileSync(`${base === '.' ? root : `${root}${base}/`}${name}`, 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(stderr.toString());
  return binary;
}

const base64 = Buffer.from(await compile()).toString('base64');
const text = [
  '// Made by scripts/build-simd.mjs from assembly/: do not edit.',
  '/** A WebAssembly module, base64. */',
  '// biome-ignore format: one long text',
  `export const SIMD_MODULE: string = '${base64}';`,
  '',
].join('\n');

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text)
  throw new Error(`${target} is not what assembly/ compiles to`);
