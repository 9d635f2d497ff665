import { fitImage, image, imagesOf } from '@cxr/image';
import { expect, it } from 'vitest';

const grey = image(new Uint8Array(16), 4, 4, 1);

it('fitImage refuses an unknown option by name', () => {
  expect(() => fitImage(grey, { size: 4, channel: 3 } as never)).toThrow(
    new RangeError("unknown option 'channel' of fitImage (it has size, channels, filter)"),
  );
  expect(() => fitImage(grey, 4 as never)).toThrow(TypeError);
});

it('imagesOf refuses an unknown option by name, before anything is read', () => {
  expect(() => imagesOf([grey], { ranges: [-1, 1] } as never)).toThrow(
    new RangeError("unknown option 'ranges' of imagesOf (it has range, bits, onWarning)"),
  );
});
