/** Draws the README's picture, after a build: `node scripts/draw-readme-picture.mjs`. Phantoms, healthy above, sick below. */
import { writeFileSync } from 'node:fs';
import { contactSheet, encodePng, phantom } from '../dist/index.js';

const images = [false, true].flatMap((sick) =>
  Array.from({ length: 6 }, (_, seed) => phantom({ seed: seed + 1, size: 112, sick })),
);
const sheet = contactSheet(images, { columns: 6, cell: 112 });
// Shades of 6 bits compress better and look the same.
for (let i = 0; i < sheet.data.length; i++) sheet.data[i] &= 252;
writeFileSync(new URL('../phantoms.png', import.meta.url), encodePng(sheet));
