/** Why the page has one thread only, as a sentence; undefined where it is isolated. */
export function whyNotIsolated(): string | undefined {
  if (crossOriginIsolated) return undefined;
  return (
    'The server does not isolate this page from others, so everything is computed in one thread: correct, but slower. ' +
    'It has to send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.'
  );
}

const TRIED = 'cxr-isolation-tried';
/** A service worker that has not started by then is forbidden in this browser. */
const START_MS = 2000;

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * On a server that does not send the headers that isolate a page, a service worker adds them, and the page is loaded once more.
 * @returns true if it is being loaded again: do nothing else then.
 */
export async function isolate(): Promise<boolean> {
  if (crossOriginIsolated || !isSecureContext || !('serviceWorker' in navigator)) return false;
  // Once only: where the headers do not help, the page works without.
  if (sessionStorage.getItem(TRIED)) return false;
  sessionStorage.setItem(TRIED, 'yes');
  try {
    await navigator.serviceWorker.register(new URL('isolation.js', document.baseURI));
    const active = await Promise.race([navigator.serviceWorker.ready, after(START_MS)]);
    if (!active) return false;
    location.reload();
    return true;
  } catch {
    return false;
  }
}
