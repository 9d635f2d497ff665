// For browsers: posts what came of it.
import { composition } from './composition.js';

const post = (result: object): Promise<unknown> =>
  fetch('/result', { method: 'POST', body: JSON.stringify(result) });

composition().then(
  (output) => post({ output }),
  (error: Error) => post({ error: error.stack ?? String(error) }),
);
