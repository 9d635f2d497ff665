import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium, QUIET_FLAGS } from '../../../test/browser/open-page.js';

/** A Chromium for the tests, or why there is none. */
export function chromiumOrReason(): { program: string } | { reason: string } {
  const program = findChromium();
  if (program && existsSync(program)) return { program };
  return { reason: 'skipped: no Chromium on this machine (CXR_CHROMIUM names one)' };
}

/** Starts it, without a window. */
export function launch(program: string, flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [...QUIET_FLAGS, ...flags],
    chromiumSandbox: false,
  });
}

/** What a page did that it must not do. */
export interface Faults {
  /** Errors of its scripts and what it wrote to the console as an error or a warning. */
  errors: string[];
  /** Requests to anything but its own server. */
  strange: string[];
}

/** Opens an address, and collects the page's faults. */
export async function open(context: BrowserContext, url: string): Promise<{ page: Page; faults: Faults }> {
  const page = await context.newPage();
  const faults: Faults = { errors: [], strange: [] };
  page.on('pageerror', (error) => faults.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.errors.push(message.text());
  });
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(url).origin) faults.strange.push(request.url());
  });
  await page.goto(url);
  return { page, faults };
}
