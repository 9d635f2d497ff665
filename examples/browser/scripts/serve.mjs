// npm run browser [-- --build]: builds the page and serves it on this machine alone, with the headers that isolate it; --build only builds it.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';

const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));

const { values } = parseArgs({ options: { build: { type: 'boolean' } } });

await build({ configFile, logLevel: 'warn' });
if (!values.build) {
  const server = await preview({ configFile });
  console.log(server.resolvedUrls.local[0]);
}
