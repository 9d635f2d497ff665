import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Files, serve } from './serve.js';
import type { Input, Output } from './tasks.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** With these Chromium asks nobody but the page's server for anything. */
export const QUIET_FLAGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', ...QUIET_FLAGS];

/** Headers that isolate a page from others, so that its threads may share memory. */
export const ISOLATED: Record<string, string> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A Chromium of this machine: CXR_CHROMIUM, else one on the PATH or in /usr/bin. */
export function findChromium(): string | undefined {
  const { CXR_CHROMIUM, PATH = '' } = process.env;
  if (CXR_CHROMIUM) return CXR_CHROMIUM;
  const folders = [...PATH.split(delimiter), '/usr/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a page is given. */
export interface PageOptions {
  input: Partial<Input>;
  /** Sent with each answer. */
  headers?: Record<string, string>;
  /** Seconds until it is given up. @default 120 */
  seconds?: number;
}

/**
 * Opens a page in Chromium and returns what it posts.
 *
 * @throws Error when the page fails, or posts nothing in time.
 */
export async function openPage(files: Files, options: PageOptions): Promise<Output> {
  const { input, headers = {}, seconds = 120 } = options;
  const program = findChromium();
  if (!program) throw new Error('no Chromium found: set CXR_CHROMIUM');
  const profile = mkdtempSync(join(tmpdir(), 'cxr-chromium-'));
  const page = await serve(files, input, headers);
  const browser = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, page.url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own, so that its children end with it.
    detached: true,
  });
  try {
    const posted = await Promise.race([page.posted, failure(browser, seconds)]);
    if ('error' in posted) throw new Error(`the page failed: ${posted.error}`);
    return posted.output as Output;
  } finally {
    await end(browser);
    page.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Rejects when the browser ends by itself, or the time is over. */
function failure(browser: ChildProcess, seconds: number): Promise<never> {
  let said = '';
  browser.stderr!.on('data', (text) => {
    said = (said + text).slice(-4000);
  });
  return new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no result after ${seconds} s: ${said}`)),
      seconds * 1000,
    );
    browser.once('exit', (status) => {
      clearTimeout(timer);
      reject(new Error(`Chromium ended with status ${status}: ${said}`));
    });
    browser.once('error', reject);
  });
}

async function end(browser: ChildProcess): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null) return;
  const gone = new Promise((done) => browser.once('close', done));
  process.kill(-browser.pid, 'SIGKILL');
  await gone;
}
