import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from './serve.js';

/** Opens a folder's page in a Firefox without a window, and returns what the page posts. @throws Error after 100 seconds. */
export async function openInFirefox(
  program: string,
  folder: string,
  headers: Record<string, string>,
): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), 'cxr-firefox-'));
  const page = await serve({ folder }, {}, headers);
  const browser = spawn(program, ['--headless', '--no-remote', '--profile', profile, page.url], {
    stdio: 'ignore',
    // A process group of its own, so that its children end with it.
    detached: true,
  });
  const gone = new Promise((done) => browser.once('close', done));
  try {
    const posted = await Promise.race([
      page.posted,
      new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error('Firefox posts nothing')), 100_000).unref();
      }),
    ]);
    if ('error' in posted) throw new Error(posted.error);
    return posted.output;
  } finally {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await gone;
    page.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    rmSync(folder, { recursive: true, force: true });
  }
}
