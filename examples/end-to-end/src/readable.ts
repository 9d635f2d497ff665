import { type Comparison, compareActivations, type LatticeEnergy, spectrum, spectrumSvg } from '@cxr/fid';
import { fitImage, type NamedImage } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { CountedImages } from './reals.js';

/** Every metric of one set of images against the training images. */
export type Compared = Comparison & { readonly n: number };

/** The energy of the generator's lattice in the images of one set. */
export type Lattice = Omit<LatticeEnergy, 'energies'>;

/** Fewer images have no five neighbours, which precision to coverage look at. */
const MIN_IMAGES = 6;
/** So many images of each set say enough of a spectrum. */
const SPECTRUM_IMAGES = 256;

/** Every metric of `other`; undefined where there are too few images. Rows are activations `[n, dims]`. */
export function compareRows(
  real: NdArray<Float32Array>,
  other: NdArray<Float32Array>,
  seed: number,
): Compared | undefined {
  const n = other.shape[0]!;
  if (Math.min(n, real.shape[0]!) < MIN_IMAGES) return undefined;
  return { ...compareActivations(real, other, { seed }), n };
}

/** The same images at the size of the fakes. */
export function atSize({ count, read }: CountedImages, size: number): CountedImages {
  return {
    count,
    async *read(signal) {
      for await (const { name, image } of read(signal)) yield { name, image: fitImage(image, { size }) };
    },
  };
}

/** Power by frequency of reals beside fakes, both at the fakes' size; undefined where the images are too small for it. */
export async function compareSpectra(
  reals: CountedImages,
  fakes: CountedImages,
  size: number,
): Promise<{ lattice: { reals: Lattice[]; fakes: Lattice[] }; svg: string } | undefined> {
  if (size < 16 || size % 4 !== 0) return undefined;
  const real = await spectrum(firstOf(reals), { size });
  const fake = await spectrum(firstOf(fakes), { size });
  const summary = (lattice: readonly LatticeEnergy[]) => lattice.map(({ energies: _, ...rest }) => rest);
  return {
    lattice: { reals: summary(real.lattice), fakes: summary(fake.lattice) },
    svg: spectrumSvg([
      { label: 'reals', spectrum: real },
      { label: 'fakes', spectrum: fake },
    ]),
  };
}

async function* firstOf({ read }: CountedImages): AsyncGenerator<NamedImage> {
  let count = 0;
  for await (const image of read()) {
    yield image;
    if (++count === SPECTRUM_IMAGES) return;
  }
}
