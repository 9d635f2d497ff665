import { runProcess } from '@cxr/cli';
import { main } from './main.js';

await runProcess(main);
