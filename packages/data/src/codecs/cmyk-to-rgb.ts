/**
 * Ink to light, as Pillow's `convert('RGB')` does it: each ink takes its share of the light that black leaves.
 * @param colours cyan, magenta and yellow, 0 for no ink, `[3n]`. They become red, green and blue.
 * @param white the light that black leaves: 255 for no ink, `[n]`
 */
export function cmykToRgb(colours: Uint8Array, white: Uint8Array): void {
  for (let i = 0, pixel = 0; i < colours.length; i += 3, pixel++) {
    const light = white[pixel]!;
    for (let c = i; c < i + 3; c++) {
      const product = colours[c]! * light + 128;
      // The product over 255, rounded.
      colours[c] = light - ((product + (product >> 8)) >> 8);
    }
  }
}
