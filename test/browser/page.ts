// The script of the page: does what `input.json` asks for and posts what came of it.
import { runTasks } from './tasks.js';

async function post(result: unknown): Promise<void> {
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}

addEventListener('unhandledrejection', ({ reason }) =>
  post({ error: `unhandled: ${reason?.stack ?? reason}` }),
);

try {
  const input = await (await fetch('/input.json')).json();
  await post({ output: await runTasks(input) });
} catch (error) {
  await post({ error: (error as Error).stack ?? String(error) });
}
