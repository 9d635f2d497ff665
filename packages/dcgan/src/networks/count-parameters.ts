import {
  checkDiscriminator,
  type DiscriminatorOptions,
  widthOfDiscriminator,
} from './discriminator-options.js';
import { checkNetwork, featureChain, type NetworkOptions } from './network-options.js';
import { countDecoder } from './reconstruction.js';
import { countResidual, residualChain } from './residual-blocks.js';
import { countExcitations } from './skip-excitation.js';
import { countTaps, kernelSizeOf } from './upsampling.js';

/**
 * How many numbers a generator holds, those that are not trained (moving moments) included: `countParams()` of the
 * network, without building it.
 * @throws RangeError naming the option that is out of its range.
 */
export function countGenerator(options: NetworkOptions): number {
  const {
    architecture,
    size,
    width,
    latentDim,
    channels,
    classes,
    upsampling,
    outputSkips,
    skipExcitation,
    fullSizeFeatures,
  } = checkNetwork(options);
  const input = classes > 0 ? 2 * latentDim : latentDim;
  const embedding = classes * latentDim;
  if (architecture === 'paper') {
    const units = (size / 16) ** 2 * 16 * width;
    const features = [16, 8, 4, 2, 1].map((times) => times * width);
    return embedding + (input + 1) * units + chain(features, 16, 1) + (25 * width + 1) * channels;
  }
  const below = featureChain(size, width).reverse();
  const features = fullSizeFeatures > 0 ? [...below, fullSizeFeatures] : below;
  const norms = 4 * sum(features);
  const kernel = kernelSizeOf(upsampling) ** 2;
  const last = ((fullSizeFeatures > 0 ? 9 : kernel) * features.at(-1)! + 1) * channels;
  const enlarged = fullSizeFeatures > 0 ? features.slice(1) : [...features.slice(1), channels];
  const fixed = sum(enlarged.map((filters) => countTaps(upsampling, filters)));
  const images = outputSkips ? channels * (sum(below) + below.length * (1 + 16 * channels)) : 0;
  const excitations = skipExcitation ? countExcitations(below) : 0;
  const learnt = chain(features, kernel, 0) + norms + last + excitations;
  return embedding + input * 16 * features[0]! + learnt + fixed + images;
}

/** The same of a discriminator; the vectors of spectral normalisation count, too. */
export function countDiscriminator(options: DiscriminatorOptions): number {
  const full = checkDiscriminator(options);
  const { architecture, size, channels, classes, discriminatorNorm: norm, discriminatorBlur } = full;
  const { highPass, minibatchStd, reconstruction } = full;
  const width = widthOfDiscriminator(full);
  if (architecture === 'paper') {
    const features = [1, 2, 4, 8, 16].map((times) => times * width);
    const flat = (size / 16) ** 2 * features.at(-1)!;
    return chain([channels, ...features], 25, 1) + flat + 1 + classes * flat;
  }
  const seen = highPass ? 2 * channels : channels;
  const extra = minibatchStd > 0 ? 1 : 0;
  const residual = full.discriminatorBlocks === 'residual';
  const features = residual ? residualChain(size, width) : featureChain(size, width);
  const decoder = reconstruction > 0 ? countDecoder(size, features.at(-2)!, channels) : 0;
  if (residual) {
    const flat = 16 * features.at(-1)!;
    return countResidual(features, seen, extra) + flat + 1 + classes * flat + decoder;
  }
  const taps = discriminatorBlur === '1-3-3-1' ? 9 : 16;
  const flat = 16 * (features.at(-1)! + extra);
  const weights = 16 * seen * features[0]! + chain(features, taps, 0) + flat + 1 + classes * flat + decoder;
  if (norm === 'none') return weights + sum(features);
  // From the second convolution on, batch norm's four numbers take the place of the bias.
  if (norm === 'batch') return weights + features[0]! + 4 * sum(features.slice(1));
  const rows = 16 * seen + taps * sum(features.slice(0, -1));
  const vectors = rows + sum(features) + flat + 1 + (classes > 0 ? classes + flat : 0);
  return weights + sum(features) + vectors;
}

/** Kernels of `taps` weights from each number of features to the next, with `bias` numbers for each output. */
function chain(features: readonly number[], taps: number, bias: 0 | 1): number {
  return sum(features.slice(1).map((outputs, i) => (taps * features[i]! + bias) * outputs));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
