// The tasks in a worker: training and scoring in the page's own thread would leave it without an answer to its user.
import { runTasks } from './tasks.js';

addEventListener('message', async ({ data }) => {
  try {
    postMessage({ output: await runTasks(data) });
  } catch (error) {
    postMessage({ error: (error as Error).stack ?? String(error) });
  }
});
