/** Draws the README's pictures, after a build: `node scripts/draw-readme-pictures.mjs`. */
import { writeFileSync } from 'node:fs';
import { contactSheet, encodePng, phantom, resizePillow } from '../dist/index.js';

function draw(name, images, columns, cell) {
  const sheet = contactSheet(images, { columns, cell });
  // Shades of 6 bits compress better and look the same.
  for (let i = 0; i < sheet.data.length; i++) sheet.data[i] &= 252;
  writeFileSync(new URL(`../${name}`, import.meta.url), encodePng(sheet));
}

// Phantoms, healthy above, sick below.
const phantoms = [false, true].flatMap((sick) =>
  Array.from({ length: 6 }, (_, seed) => phantom({ seed: seed + 1, size: 112, sick })),
);
draw('phantoms.png', phantoms, 6, 112);

// Each filter: a phantom shrunk to a tenth above, the middle of that enlarged six times below.
const filters = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];
const large = phantom({ seed: 3, size: 1120 });
const small = filters.map((filter) => resizePillow(large, 112, 112, filter));
const parts = small.map((image, i) => {
  const part = image.hi(84, 42, 1).lo(64, 22, 0);
  return resizePillow(part, 120, 120, filters[i]);
});
draw('filters.png', [...small, ...parts], 6, 112);
