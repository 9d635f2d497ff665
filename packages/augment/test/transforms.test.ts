import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise, wrap } from './images.js';

const grey = (value: number, height = 64, width = 64) =>
  wrap(new Uint8Array(height * width).fill(value), height, width, 1);

function moments(data: ArrayLike<number>) {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    sum += data[i]!;
    squares += data[i]! ** 2;
  }
  const mean = sum / data.length;
  return { mean, deviation: Math.sqrt(squares / data.length - mean ** 2) };
}

describe('noise', () => {
  // 65,536 samples: the mean of normal noise of deviation s lies within 4 s / 256, its deviation within 2 % (5 sigma).
  const flat = grey(100, 256, 256);

  it('is normal, of the strength asked for', () => {
    const { mean, deviation } = moments(a.gaussianNoise().apply(flat, { sigma: 0.04, seed: 1 }).data);
    const expected = 0.04 * 255;
    expect(Math.abs(mean - 100)).toBeLessThan((4 * expected) / 256);
    // Rounding to whole levels adds a variance of 1/12.
    expect(deviation / Math.sqrt(expected ** 2 + 1 / 12)).toBeCloseTo(1, 1.4);
  });

  it.each([50, 5000])('is Poisson with %d photons: its variance is the mean in photons', (photons) => {
    const { mean, deviation } = moments(a.poissonNoise().apply(flat, { photons, seed: 2 }).data);
    const expected = Math.sqrt((100 * 255) / photons);
    expect(Math.abs(mean - 100)).toBeLessThan((4 * expected) / 256);
    expect(deviation / Math.sqrt(expected ** 2 + 1 / 12)).toBeCloseTo(1, 1.4);
  });

  it('has no noise in the black with Poisson, and differs from seed to seed', () => {
    expect(a.poissonNoise().apply(grey(0), { photons: 100, seed: 1 })).toEqual(grey(0));
    const one = a.gaussianNoise().apply(flat, { sigma: 0.04, seed: 1 });
    expect(a.gaussianNoise().apply(flat, { sigma: 0.04, seed: 2 })).not.toEqual(one);
  });
});

describe('perspective', () => {
  it('survives corners that cross, with the horizon in the image', () => {
    const params: a.PerspectiveParams = {
      corners: [
        [0.9, 0.1],
        [-0.2, 0.7],
        [-0.8, -0.9],
        [0.3, -0.2],
      ],
    };
    for (const interpolation of ['nearest', 'bilinear', 'bicubic'] as const) {
      const { data } = a.perspective({ interpolation, fill: 'reflect' }).apply(grey(100), params);
      // Every position has a value: a mirror image of one grey is that grey.
      expect(data).toEqual(grey(100).data);
    }
  });
});

describe('elastic', () => {
  it('moves points as far as it says, root mean square', () => {
    const transform = a.elastic();
    const size = { height: 200, width: 300 };
    const moves: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const params = { displacement: 0.02, grid: 4, seed };
      const [box] = transform.applyToBoxes([[150, 100, 150.001, 100.001]], params, size);
      moves.push(box![0] - 150, box![1] - 100);
    }
    // 400 values: their deviation is within 15 % of 0.02 × 200 (4 sigma); where no value is certain, 20 % is asked.
    expect(moments(moves).deviation / 4).toBeGreaterThan(0.8);
    expect(moments(moves).deviation / 4).toBeLessThan(1.2);
  });

  it('bends a mask of twice the size alike', () => {
    const params = { displacement: 0.03, grid: 4, seed: 5 };
    const square = (size: number) => {
      const image = grey(0, size, size);
      for (let y = size / 4; y < size / 2; y++) image.data.fill(1, y * size + size / 4, y * size + size / 2);
      return a.elastic().applyToMask(image, params);
    };
    const [small, large] = [square(64), square(128)];
    let differ = 0;
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) if (small.get(y, x, 0) !== large.get(2 * y, 2 * x, 0)) differ++;
    }
    // They may differ by half a pixel along the square's outline of 64 pixels.
    expect(differ).toBeLessThan(64);
  });
});

describe('cutout', () => {
  it('covers rectangles of the size asked for', () => {
    const params = { holes: [{ left: 0.25, top: 0.5, width: 0.5, height: 0.125 }] };
    const { data } = a.cutout({ fill: 7 }).apply(grey(100), params);
    expect(data.filter((value: number) => value === 7)).toHaveLength(32 * 8);
    expect(data[32 * 64 + 16]).toBe(7);
    expect(data[31 * 64 + 16]).toBe(100);
  });
});

describe('collimation', () => {
  it('blackens what lies beyond the edges', () => {
    const params = { left: 0.25, top: 0.125, right: 0, bottom: 0.5, degrees: 0 };
    const { data } = a.collimation().apply(grey(100), params);
    const open = (x: number, y: number) => x >= 16 && y >= 8 && y < 32;
    expect([...data]).toEqual(Array.from({ length: 4096 }, (_, i) => (open(i % 64, i >> 6) ? 100 : 0)));
  });

  it('turns with the collimator', () => {
    const params = { left: 0.25, top: 0.25, right: 0.25, bottom: 0.25, degrees: 45 };
    const image = a.collimation({ level: 1 }).apply(grey(100), params);
    // A square of half side 16 on its corner reaches 22.6 pixels from the middle along the axes.
    expect([9, 10, 53, 54].map((x) => image.get(32, x, 0))).toEqual([255, 100, 100, 255]);
    expect(image.get(20, 20, 0)).toBe(255);
  });
});

describe('windowLevel', () => {
  it('is the linear function of DICOM', () => {
    const image = wrap(Uint16Array.of(0, 999, 1000, 1500, 2000, 3000), 1, 6, 1);
    const { data } = a.windowLevel({ center: 1500, width: 1001 }).apply(image, { center: 1500, width: 1001 });
    // (x − 999.5) / 1000 of the range between the ends.
    expect([...data]).toEqual([0, 0, 33, 32800, 65535, 65535]);
  });

  it('is exact on floats', () => {
    const image = wrap(Float32Array.of(0.2, 0.5, 0.9), 1, 3, 1);
    const { data } = a.windowLevel({ center: 0.5, width: 0.5 }).apply(image, { center: 0.5, width: 0.5 });
    expect([...data]).toEqual([0, 0.5, 1]);
  });
});

describe('maskMarkers', () => {
  /** A body of middle brightness with a bright heart, and an "L" of lead in a corner. */
  const film = () => {
    const image = noise({ height: 200, width: 200, seed: 1 });
    for (let i = 0; i < image.data.length; i++) image.data[i] = 60 + (image.data[i]! >> 5);
    const paint = (left: number, top: number, width: number, height: number) => {
      for (let y = top; y < top + height; y++) image.data.fill(250, y * 200 + left, y * 200 + left + width);
    };
    paint(90, 90, 60, 80);
    return { image, paint };
  };

  it('covers a letter near the border, and leaves the rest', () => {
    const { image, paint } = film();
    paint(20, 15, 3, 14);
    paint(20, 26, 9, 3);
    const covered = a.maskMarkers().apply(image, {});
    for (let y = 14; y < 30; y++) {
      for (let x = 19; x < 30; x++) expect(covered.get(y, x, 0)).toBeLessThan(70);
    }
    expect(covered.get(120, 120, 0)).toBe(250);
    expect(covered.get(100, 30, 0)).toBe(image.get(100, 30, 0));
  });

  it('leaves bright bones at the border, and images without letters', () => {
    const { image, paint } = film();
    paint(0, 150, 30, 12);
    expect(a.maskMarkers().apply(image, {})).toBe(image);
    expect(a.maskMarkers().apply(grey(0), {})).toEqual(grey(0));
  });
});

describe('windows onto an image', () => {
  const image = noise({ height: 5, width: 6, channels: 3, seed: 3 });

  it('translates by whole pixels and back', () => {
    const transform = a.translate({ fill: 'edge' });
    const there = transform.apply(image, { translate: [0.34, -0.2] });
    expect(there.get(0, 3, 1)).toBe(image.get(1, 1, 1));
    expect(there.get(0, 0, 1)).toBe(image.get(1, 0, 1));
    expect(
      transform.applyToBoxes(
        [
          [0, 1, 2, 5],
          [5, 0, 6, 5],
        ],
        { translate: [0.34, -0.2] },
        { height: 5, width: 6 },
      ),
    ).toEqual([[2, 0, 4, 4], null]);
  });

  it('crops what a view shows', () => {
    const view = image.lo(1, 2, 0).hi(3, 3, 3) as a.Image;
    const flipped = a.horizontalFlip().apply(view, {});
    expect(flipped.shape).toEqual([3, 3, 3]);
    expect(flipped.get(0, 0, 2)).toBe(image.get(1, 4, 2));
  });
});

describe('16 bits and floats', () => {
  it('follow 8 bits', () => {
    const eight = noise({ height: 40, width: 30, channels: 3, seed: 4 });
    const sixteen = wrap(
      Uint16Array.from(eight.data, (v) => v * 257),
      40,
      30,
      3,
    );
    const float = wrap(
      Float32Array.from(eight.data, (v) => v / 255),
      40,
      30,
      3,
    );
    const params: Record<string, a.Json> = {
      rotate: { degrees: 12 },
      elastic: { displacement: 0.03, grid: 4, seed: 1 },
      brightness: { factor: 1.2 },
      contrast: { factor: 1.4 },
      saturation: { factor: 0.4 },
      gamma: { gamma: 1.5 },
      gaussianBlur: { sigma: 1.3 },
      invert: {},
      randomResizedCrop: { area: 0.4, aspect: 1, x: 0.2, y: 0.9 },
    };
    const made: Record<string, a.Transform> = {
      rotate: a.rotate({ degrees: 0, interpolation: 'bicubic', fill: 'reflect' }),
      elastic: a.elastic(),
      brightness: a.brightness({ factor: 1 }),
      contrast: a.contrast({ factor: 1 }),
      saturation: a.saturation({ factor: 1 }),
      gamma: a.gamma({ gamma: 1 }),
      gaussianBlur: a.gaussianBlur({ sigma: 1 }),
      invert: a.invert(),
      randomResizedCrop: a.randomResizedCrop({ height: 20, width: 20 }),
    };
    for (const [name, transform] of Object.entries(made)) {
      const [x, y, z] = [eight, sixteen, float].map((image) => transform.apply(image, params[name]!).data);
      for (let i = 0; i < x!.length; i++) {
        // 8 bits drop the fraction, and contrast's mean is a whole level there: up to two levels.
        expect(Math.abs(x![i]! - y![i]! / 257), name).toBeLessThan(2);
        expect(Math.abs(x![i]! - z![i]! * 255), name).toBeLessThan(2);
      }
    }
  });
});

describe('recycled memory', () => {
  const image = noise({ height: 300, width: 300, seed: 8 });

  it('is used again, and changes no result', () => {
    const first = a.rotate({ degrees: 5 }).apply(image, { degrees: 5 });
    const kept = first.data.slice();
    const { buffer } = first.data;
    a.recycle(first);
    // What is left in there must not show, not even where nothing is drawn but the fill.
    const second = a.translate({}).apply(image, { translate: [0.5, 0] });
    expect(second.data.buffer).toBe(buffer);
    expect(second.data.subarray(0, 150)).toEqual(new Uint8Array(150));
    const third = a.rotate({ degrees: 5 }).apply(image, { degrees: 5 });
    expect(third.data).toEqual(kept);
  });

  it('is taken from results alone, and once', () => {
    a.recycle(image);
    expect(a.invert().apply(image, {}).data.buffer).not.toBe(image.data.buffer);
    const result = a.invert().apply(image, {});
    a.recycle(result);
    a.recycle(result);
    const [one, two] = [a.invert().apply(image, {}), a.invert().apply(image, {})];
    expect(one.data.buffer).not.toBe(two.data.buffer);
  });
});

describe('choices', () => {
  const count = (transform: a.Transform, draws = 4000) => {
    const counts: Record<string, number> = {};
    for (let i = 0; i < draws; i++) {
      const steps = (transform.sample(a.createRng(1, i)) ?? []) as readonly a.Step[];
      const key = steps.flatMap((step) => (step.params === null ? [] : [step.name])).join('+');
      counts[key] = (counts[key] ?? 0) + 1 / draws;
    }
    return counts;
  };
  const three = [a.invert(), a.equalize(), a.verticalFlip()];

  // 4000 draws: a share of one third is known to 0.03 (4 sigma).
  it('oneOf takes each as often as its weight says', () => {
    const shares = count(a.oneOf(three, { weights: [1, 0, 3] }));
    expect(Object.keys(shares).sort()).toEqual(['invert', 'verticalFlip']);
    expect(Math.abs(shares.invert! - 0.25)).toBeLessThan(0.03);
  });

  it('someOf takes every subset of the size alike', () => {
    const shares = count(a.someOf(three, { count: 2 }));
    expect(Object.keys(shares).sort()).toEqual([
      'equalize+verticalFlip',
      'invert+equalize',
      'invert+verticalFlip',
    ]);
    for (const share of Object.values(shares)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03);
  });

  it('p and sometimes leave out as often as they say', () => {
    expect(Math.abs(count(a.compose([a.invert({ p: 0.3 })])).invert! - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(count(a.sometimes(a.compose([a.invert()]), 0.3)).invert! - 0.3)).toBeLessThan(0.03);
  });

  it('refuses parameters of another pipeline', () => {
    const image = grey(1);
    const { record } = a.augment(a.compose(three), { image }, { seed: 1, epoch: 0, index: 0 });
    expect(() => a.replay(a.compose([a.invert()]), { image }, record)).toThrow(
      /not the parameters of this compose/,
    );
    expect(() => a.replay(a.invert(), { image }, record)).toThrow(/'compose' cannot be replayed by 'invert'/);
  });
});

describe('presets', () => {
  it('chestXray turns nothing upside down, by default mirrors nothing, and keeps size and greyness', () => {
    const image = noise({ height: 30, width: 40, channels: 3, seed: 6 });
    for (let i = 0; i < image.data.length; i += 3) image.data.fill(image.data[i]!, i, i + 3);
    for (let index = 0; index < 30; index++) {
      const { image: result, record } = a.augment(a.chestXray(), { image }, { seed: 1, epoch: 0, index });
      expect(result.shape).toEqual(image.shape);
      const flipped = (record.params as readonly a.Step[]).filter((step) => /flip/i.test(step.name));
      expect(flipped.every((step) => step.params === null)).toBe(true);
    }
    expect(
      a
        .chestXray({ size: 16 })
        .outputSize({ height: 30, width: 40 }, a.chestXray({ size: 16 }).sample(a.createRng(1))),
    ).toEqual({
      height: 16,
      width: 16,
    });
  });

  it('paperClassic has what the paper names, and its size', () => {
    const steps = a.paperClassic().sample(a.createRng(1))!;
    expect(steps.map((step) => step.name)).toEqual([
      'horizontalFlip',
      'affine',
      'pad',
      'randomResizedCrop',
      'brightness',
      'contrast',
      'saturation',
      'hue',
    ]);
    expect(a.paperClassic().apply(noise({ height: 90, width: 70 }), steps).shape).toEqual([128, 128, 1]);
  });
});

describe('what is wrong is named', () => {
  it.each<[string, () => unknown, string]>([
    ['p', () => a.rotate({ degrees: 1, p: 2 }), 'invalid p: 2'],
    ['a range', () => a.rotate({ degrees: [5, -5] }), 'invalid degrees: [5,-5]'],
    ['an infinite number', () => a.scale({ factor: Infinity }), 'invalid factor: Infinity'],
    ['a size', () => a.crop({ height: 0, width: 3 }), 'invalid height: 0'],
    [
      'an interpolation',
      () => a.rotate({ degrees: 1, interpolation: 'lanczos' as never }),
      'invalid interpolation: lanczos',
    ],
    ['a fill', () => a.pad({ border: 1, fill: 'wrap' as never }), 'invalid fill: wrap'],
    [
      'fills',
      () => a.pad({ border: 1, fill: [1, 2] }).apply(grey(0), {}),
      'invalid fill: [1,2] for 1 channels',
    ],
    ['a kernel', () => a.gaussianBlur({ sigma: 1, kernelSize: 4 }), 'invalid kernelSize: 4 (not odd)'],
    ['weights', () => a.oneOf([a.invert()], { weights: [1, 2] }), 'invalid weights: [1,2] for 1 transforms'],
    ['a count', () => a.someOf([a.invert()], { count: 2 }), 'invalid count: 2'],
    ['a seed', () => a.createRng(0.5), 'invalid seed: 0.5'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(new RangeError(message));
  });

  it('what is no image', () => {
    const flat = wrap(new Uint8Array(12), 3, 4, 1).pick(null, null, 0) as a.Image;
    expect(() => a.invert().apply(flat, {})).toThrow(
      new TypeError('not an image [height, width, 1 or 3]: [3,4] (grey is [3,4, 1])'),
    );
    const doubles = wrap(new Float64Array(12) as never, 3, 4, 1);
    expect(() => a.invert().apply(doubles, {})).toThrow(/not Float64Array/);
  });
});
