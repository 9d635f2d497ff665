// npm run browser: builds the page and serves it on this machine alone, with the headers that isolate it.
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';

const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));

await build({ configFile, logLevel: 'warn' });
if (!process.argv.includes('--build')) {
  const server = await preview({ configFile });
  console.log(server.resolvedUrls.local[0]);
}
