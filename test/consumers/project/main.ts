// For Node: prints what came of it.
import { composition } from './composition.js';

void composition().then((numbers) => console.log(JSON.stringify(numbers)));
