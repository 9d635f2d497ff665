import { runProcess } from '@cxr/cli';
import { main } from './cli/main.js';

await runProcess(main);
