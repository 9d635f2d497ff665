/**
 * node scripts/embed-wasm.mjs: writes the WebAssembly files of dependencies that browsers need into JavaScript modules
 * (packages/NAME/wasm/*.js, published but not committed), gzipped and in base64. A bundler needs no setting for them,
 * where it would leave a `.wasm` file in node_modules behind. They are loaded when they are needed.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const FILES = [
  ['backend', 'tfjs-simd.js', '@tensorflow/tfjs-backend-wasm', 'dist/tfjs-backend-wasm-simd.wasm'],
  ['data', 'jpeg.js', '@jsquash/jpeg', 'codec/dec/mozjpeg_dec.wasm'],
  ['data', 'webp.js', '@jsquash/webp', 'codec/dec/webp_dec.wasm'],
];

/** Writes the modules that are missing or of another version. */
export function embedWasm() {
  for (const [owner, name, dependency, file] of FILES) {
    const folder = join(root, 'packages', owner);
    const require = createRequire(join(folder, 'package.json'));
    const manifest = require(`${dependency}/package.json`);
    const title = `// ${file} of ${dependency} ${manifest.version} (${manifest.license}), gzipped, as base64.`;
    const target = join(folder, 'wasm', name);
    if (existsSync(target) && readFileSync(target, 'utf8').startsWith(`${title}\n`)) continue;
    const text = source(title, manifest.version, readFileSync(require.resolve(`${dependency}/${file}`)));
    writeFileSync(`${target}.${process.pid}`, text);
    renameSync(`${target}.${process.pid}`, target);
  }
}

function source(title, version, bytes) {
  return `${title}
// Made by scripts/embed-wasm.mjs: do not edit.
export const version = '${version}';
export async function bytes() {
  const packed = Uint8Array.from(atob(gzip), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
const gzip =
  '${gzipSync(bytes, { level: 9 }).toString('base64')}';
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) embedWasm();
