// node scripts/draw-transforms.mjs, after a build: draws transforms.png for the README, a phantom under each transform.
import { writeFileSync } from 'node:fs';
import { encodePng, phantom } from '@cxr/data';
import { image } from '@cxr/image';
import * as a from '../dist/index.js';

const SIZE = 88;
const GAP = 4;
const COLUMNS = 8;

const large = phantom({ seed: 3, size: 2 * SIZE });
// A lead letter to mask: an L beside the left shoulder, which is on the right of the image.
for (const [left, top, width, height] of [
  [152, 12, 3, 16],
  [152, 25, 10, 3],
]) {
  for (let y = top; y < top + height; y++)
    large.data.fill(255, y * 2 * SIZE + left, y * 2 * SIZE + left + width);
}
const at = (transform, params) => transform.apply(large, params ?? transform.sample(a.createRng(4)));

/** In the order of the README's list. */
const tiles = [
  large,
  at(a.horizontalFlip()),
  at(a.verticalFlip()),
  at(a.rotate({ degrees: 12 })),
  at(a.translate({ x: 0.12, y: -0.08 })),
  at(a.scale({ factor: 0.75 })),
  at(a.shear({ x: 14 })),
  at(a.affine({ degrees: -10, scale: 1.2, shear: [8, 0], translate: [0.05, 0.05] })),
  at(a.perspective({ distortion: 0.5 })),
  at(a.elastic({ displacement: 0.05 })),
  at(a.crop({ height: SIZE, width: SIZE })),
  at(a.centerCrop({ height: 120, width: 120 })),
  at(a.randomResizedCrop({ height: SIZE, width: SIZE, area: 0.4 })),
  at(a.pad({ border: 24, fill: 'reflect' })),
  at(a.resize({ height: 22, width: 22 })),
  at(a.brightness({ factor: 1.5 })),
  at(a.contrast({ factor: 1.8 })),
  at(a.gamma({ gamma: 2 })),
  at(a.invert()),
  at(a.autoContrast({ cutoff: 0.05 })),
  at(a.equalize()),
  at(a.clahe({ clipLimit: 4 })),
  at(a.windowLevel({ center: 120, width: 80 })),
  at(a.gaussianBlur({ sigma: 3 })),
  at(a.gaussianNoise({ sigma: 0.12 })),
  at(a.poissonNoise({ photons: 60 })),
  at(a.cutout({ holes: 3, size: 0.2 })),
  at(a.collimation({ margin: [0.05, 0.15], degrees: 5 })),
  at(a.maskMarkers()),
  ...[0, 1, 2].map((index) => a.augment(a.chestXray(), { image: large }, { seed: 2, epoch: 0, index }).image),
];

const rows = Math.ceil(tiles.length / COLUMNS);
const width = COLUMNS * (SIZE + GAP) + GAP;
const height = rows * (SIZE + GAP) + GAP;
const sheet = new Uint8Array(width * height).fill(255);
const shrink = a.resize({ height: SIZE, width: SIZE });
for (const [i, tile] of tiles.entries()) {
  const { data } = shrink.apply(tile, {});
  const left = GAP + (i % COLUMNS) * (SIZE + GAP);
  const top = GAP + Math.floor(i / COLUMNS) * (SIZE + GAP);
  for (let y = 0; y < SIZE; y++) sheet.set(data.subarray(y * SIZE, (y + 1) * SIZE), (top + y) * width + left);
}
writeFileSync(new URL('../transforms.png', import.meta.url), encodePng(image(sheet, height, width, 1)));
