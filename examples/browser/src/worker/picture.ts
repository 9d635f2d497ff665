import { type Image, image, type Pixels, pixels } from '@cxr/image';

/** An image in a form that can be sent between threads. */
export interface Picture {
  data: Pixels;
  /** `[height, width, channels]` */
  shape: [height: number, width: number, channels: number];
}

/** For sending. */
export function toPicture(source: Image): Picture {
  return { data: pixels(source), shape: source.shape as Picture['shape'] };
}

/** After sending. */
export function fromPicture({ data, shape }: Picture): Image {
  return image(data, ...shape);
}
