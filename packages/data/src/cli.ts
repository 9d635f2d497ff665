import { main } from './cli/main.js';
import { createOutput } from './cli/output.js';

process.exitCode = await main(process.argv.slice(2), createOutput());
