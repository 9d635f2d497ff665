import { encodePng, toGrey8, toRgb8 } from '@cxr/data';
import { fromPicture, type Picture } from '../worker/picture.js';

/** Draws an image into a canvas at its own size; the style sheet scales it. */
export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const image = fromPicture(picture);
  const [height, width, channels] = picture.shape;
  canvas.width = width;
  canvas.height = height;
  const { data } = channels === 1 ? toGrey8(image) : toRgb8(image);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[channels === 1 ? i : 3 * i + c]!;
    rgba[4 * i + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
}

/** A canvas with the image on it, which a screen reader names. */
export function canvasOf(picture: Picture, label: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.role = 'img';
  canvas.ariaLabel = label;
  draw(canvas, picture);
  return canvas;
}

/** Hands a file to the browser to be saved. */
export function save(name: string, content: Uint8Array | string, type: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read it later than the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves an image as PNG, its pixels unchanged. */
export function savePng(name: string, picture: Picture): void {
  save(name, encodePng(fromPicture(picture)), 'image/png');
}
