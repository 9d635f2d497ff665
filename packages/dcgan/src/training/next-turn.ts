/**
 * Waits until the event loop has gone round once, so that what is pending is handled: a signal in Node, a click in a browser.
 * An awaited promise alone would not give way to them.
 */
export async function nextTurn(): Promise<void> {
  if (typeof setImmediate !== 'function') {
    await new Promise((resolve) => setTimeout(resolve));
    return;
  }
  // The first runs before the loop looks for signals and input, the second after that.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
