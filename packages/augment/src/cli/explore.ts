import {
  bitsFlag,
  type CliContext,
  type Command,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import { encodePng } from '@cxr/data';
import { checkWritable, readImage, writeFileAtomic } from '@cxr/data/node';
import { bitsWarning, type Image, ndarray, resizePillow, toBytes } from '@cxr/image';
import { escapeHtml, page, picture } from '@cxr/report';
import { createRng, type Transform } from '../index.js';
import { type ExploreRow, exploreRows } from './explore-rows.js';

interface ExploreFlags {
  out: string;
  seed: number;
  size: number;
  bits?: number;
  window?: WindowChoice;
}

/** Adds `cxr-augment explore`: a page that shows what every transform does to one image. */
export function defineExplore(program: Command, { output }: CliContext): void {
  program
    .command('explore')
    .summary('one HTML page with every transform at several strengths, and the code for it')
    .description(
      'Writes one HTML page that shows every transform at several strengths on your image, and the code for it.',
    )
    .argument('<image>', 'a file with an image')
    .option('-o, --out <file.html>', 'the page', 'explore.html')
    .addOption(wholeNumberFlag('--seed <n>', 'the same seed draws the same').default(0))
    .addOption(
      wholeNumberFlag('--size <n>', 'the image is made small, so that its longer side has n pixels', {
        min: 32,
        max: 512,
      }).default(160),
    )
    .addOption(bitsFlag())
    .addOption(windowFlag())
    .action(async (file: string, { out, seed, size, bits, window }: ExploreFlags) => {
      await checkWritable(out);
      const onUsedBits = (used: number): void => {
        const warning = bitsWarning(1, used);
        if (warning !== undefined) output.note(`warning: ${warning}`);
      };
      const image = small(await readImage(file, { bits, window, onUsedBits }), size);
      await writeFileAtomic(out, explorePage(image, seed));
      output.result(`wrote ${out}`);
    });
}

function small(image: Image, longer: number): Image {
  const [height, width] = image.shape as [number, number];
  const scale = Math.min(1, longer / Math.max(height, width));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return scale === 1 ? image : resizePillow(image, side(width), side(height), 'bilinear');
}

/** The page for an image, which is shown at its own size. */
export function explorePage(image: Image, seed: number): string {
  const [height, width] = image.shape as [number, number];
  const body = exploreRows(image).flatMap(({ title, rows }) => [
    `<h2>${escapeHtml(title)}</h2>`,
    ...rows.map((row) => strip(row, image, seed)),
  ]);
  return page({
    title: 'What each transform does to this image',
    lead: `${width} × ${height} pixels. Strengths in pixels, such as those of a blur, are for this size.`,
    body: [
      `<div style="${GRID}">${picture(pngOf(image), 'the image itself')}</div>`,
      '<p>Copy the code of a line into a pipeline: <code>compose([…])</code> applies transforms one after another.</p>',
      ...body,
    ],
    wide: true,
  });
}

/** Six across where there is room, three on a phone. */
const GRID =
  'display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(max(108px,calc((100% - 40px)/6)),1fr))';
const CODE = 'overflow-x:auto;margin:.2rem 0 .5rem;font-size:.85rem';

function strip({ name, about, code, steps }: ExploreRow, image: Image, seed: number): string {
  const pictures = steps.map(({ label, transform }, i) =>
    // One seed for a strip, so that only the strength changes; several draws have one each.
    picture(pngOf(changed(image, transform, label.startsWith('draw') ? seed + i : seed)), label),
  );
  return `<section style="margin-top:1.6rem"><h3>${escapeHtml(name)}</h3>
<p class="caption">${escapeHtml(about)}</p><pre style="${CODE}"><code>${escapeHtml(code)}</code></pre>
<div style="${GRID}">${pictures.join('')}</div></section>`;
}

function changed(image: Image, transform: Transform, seed: number): Image {
  return transform.apply(image, transform.sample(createRng(seed)));
}

function pngOf(image: Image): Uint8Array {
  return encodePng(ndarray(toBytes(image.data), [...image.shape]) as Image);
}
