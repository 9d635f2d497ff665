import { stretchContrast } from '@cxr/dcgan';
import { fitImage, type NamedImage, type ResizeFilter } from '@cxr/image';

/** A set of images that can be gone through again and again. */
export interface ImageSource {
  /** In a run's folder the same key stands for the same images. It is part of a file's name. */
  readonly key: string;
  readonly count: number;
  /** The images, from the first one on. */
  read(signal?: AbortSignal): AsyncIterable<NamedImage> | Iterable<NamedImage>;
}

/** What is done to each image of a set. */
export interface Change {
  /** Width and height that it is brought to. */
  readonly size: number;
  /** Pillow's filter of this name. @default 'bicubic' */
  readonly filter?: ResizeFilter | undefined;
  /** Whether its own range of grey becomes 0 to 255 then. */
  readonly stretch: boolean;
}

/** The same images, each brought to another size, and stretched where asked. */
export function changed(source: ImageSource, { size, filter, stretch }: Change): ImageSource {
  return {
    key: [source.key, size, ...(filter ? [filter] : []), ...(stretch ? ['stretched'] : [])].join('-'),
    count: source.count,
    async *read(signal) {
      for await (const { name, image } of source.read(signal)) {
        const fitted = fitImage(image, { size, filter, channels: image.shape[2] === 1 ? 1 : 3 });
        yield { name, image: stretch ? stretchContrast(fitted) : fitted };
      }
    },
  };
}
