// A service worker for servers that cannot send headers of their own: it adds those that isolate the page, so that threads may
// share memory. It stores nothing.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { url, cache, mode } = event.request;
  if (new URL(url).origin !== self.location.origin) return;
  // Asked for by the browser's tools alone; fetching it again is an error.
  if (cache === 'only-if-cached' && mode !== 'same-origin') return;
  event.respondWith(isolated(event.request));
});

async function isolated(request) {
  const { body, status, statusText, headers: original } = await fetch(request);
  if (status === 0) return Response.error();
  const headers = new Headers(original);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const empty = status === 101 || status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : body, { status, statusText, headers });
}
