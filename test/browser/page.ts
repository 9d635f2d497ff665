// The script of the page: does what `input.json` asks for and posts what came of it.
import { type Input, runTasks } from './tasks.js';

async function post(result: unknown): Promise<void> {
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}

function inWorker(input: Input): Promise<unknown> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ error: `the worker fails: ${message}` });
    worker.postMessage(input);
  });
}

addEventListener('unhandledrejection', ({ reason }) =>
  post({ error: `unhandled: ${reason?.stack ?? reason}` }),
);

try {
  const input = (await (await fetch('/input.json')).json()) as Input;
  await post(input.worker ? await inWorker(input) : { output: await runTasks(input) });
} catch (error) {
  await post({ error: (error as Error).stack ?? String(error) });
}
