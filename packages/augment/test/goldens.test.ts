import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as augment from '@cxr/augment';
import { type NpyArray, readNpz } from '@cxr/data';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';

// Made by torchvision on Pillow, and by OpenCV: fixtures/augment says how.
const folder = new URL('../../../fixtures/augment/', import.meta.url);

interface Case {
  input?: string;
  transform: string;
  options: Record<string, unknown>;
  params: augment.Json;
  sha256?: string;
  result?: string;
}

const goldens = JSON.parse(readFileSync(new URL('goldens.json', folder), 'utf8')) as {
  largeSha256: string;
  cases: Case[];
  large: Case[];
};
const arrays = readNpz(readFileSync(new URL('goldens.npz', folder)));
const clahes = readNpz(readFileSync(new URL('clahe.npz', folder)));

// What a transform needs for its options where the case gives the parameters themselves.
const REQUIRED: Record<string, unknown> = {
  brightness: { factor: 1 },
  contrast: { factor: 1 },
  gamma: { gamma: 1 },
  gaussianBlur: { sigma: 1 },
  hue: { shift: 0 },
  rotate: { degrees: 0 },
  saturation: { factor: 1 },
  scale: { factor: 1 },
};

function toImage({ data, shape }: NpyArray): augment.Image {
  const [height, width, channels = 1] = shape as [number, number, number?];
  return ndarray(data as augment.Pixels, [height, width, channels]) as augment.Image;
}

const verbs: Record<string, unknown> = { ...augment };

function run({ transform, options, params }: Case, image: augment.Image): Uint8Array {
  const make = verbs[transform] as (options: unknown) => augment.Transform;
  return make({ ...(REQUIRED[transform] ?? {}), ...options }).apply(image, params).data as Uint8Array;
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Largest difference, the mean, and the share of samples off by more than one level. */
function compare(got: ArrayLike<number>, want: ArrayLike<number>) {
  expect(got.length).toBe(want.length);
  let [largest, sum, off] = [0, 0, 0];
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i]! - want[i]!);
    largest = Math.max(largest, difference);
    sum += difference;
    if (difference > 1) off++;
  }
  return { largest, mean: sum / want.length, off: off / want.length };
}

describe('beside torchvision on Pillow', () => {
  for (const one of goldens.cases) {
    const label = `${one.transform} ${JSON.stringify(one.options)} ${JSON.stringify(one.params)} on ${one.input}`;
    const image = toImage(arrays[one.input!]!);
    if (one.sha256) {
      it(`${label}: to the bit`, () => expect(sha256(run(one, image))).toBe(one.sha256));
    } else {
      it(`${label}: within a level`, () => {
        const { mean, off } = compare(run(one, image), arrays[one.result!]!.data as Uint8Array);
        // torchvision works in single precision there: a position may fall to the other side of a border.
        expect(off).toBeLessThan(0.001);
        expect(mean).toBeLessThan(0.1);
      });
    }
  }
});

describe('on 500 × 700 pixels, to the bit', () => {
  const data = new Uint8Array(500 * 700);
  for (let y = 0; y < 500; y++) {
    for (let x = 0; x < 700; x++) {
      data[y * 700 + x] = Math.floor((x * x) / 50) + y * 3 + Math.floor((x * y) / 97);
    }
  }
  const image = ndarray(data, [500, 700, 1]) as augment.Image;

  it('starts from the same image', () => expect(sha256(data)).toBe(goldens.largeSha256));
  for (const one of goldens.large) {
    it(`${one.transform} ${JSON.stringify(one.options)}`, () =>
      expect(sha256(run(one, image))).toBe(one.sha256));
  }
});

describe('CLAHE beside OpenCV', () => {
  for (const [key, want] of Object.entries(clahes)) {
    const [input, clipLimit, tiles] = key.split('_');
    if (clipLimit === undefined) continue;
    it(`${input}, clip limit ${clipLimit}, ${tiles} tiles`, () => {
      const transform = augment.clahe({ clipLimit: Number(clipLimit), tiles: Number(tiles) });
      const got = transform.apply(toImage(clahes[input!]!), { clipLimit: Number(clipLimit) });
      // OpenCV mixes the tables in single precision: one level at most.
      expect(compare(got.data, want.data as Uint8Array).largest).toBeLessThanOrEqual(1);
    });
  }
});
