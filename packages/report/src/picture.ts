import { escapeHtml } from './escape-html.js';

/** Bytes that become one call's arguments; engines limit how many there may be. */
const CHUNK = 0x8000;

/** A PNG inside the page, over the whole width, with a caption that is its description too. */
export function picture(png: Uint8Array, caption: string): string {
  let binary = '';
  for (let at = 0; at < png.length; at += CHUNK) {
    binary += String.fromCharCode(...png.subarray(at, at + CHUNK));
  }
  const text = escapeHtml(caption);
  return `<figure><img alt="${text}" src="data:image/png;base64,${btoa(binary)}"><figcaption>${text}</figcaption></figure>`;
}
