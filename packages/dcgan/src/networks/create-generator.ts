import * as tfl from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm.js';
import { Conv2D } from '../layers/conv2d.js';
import { checkNetworkOptions } from './discriminator-options.js';
import { type Initializers, initializersOf } from './initializers.js';
import { medianFilter } from './median-filter.js';
import {
  checkNetwork,
  type FullNetworkOptions,
  featureChain,
  type NetworkOptions,
} from './network-options.js';
import { requireBackend } from './require-backend.js';
import { EXCITED_BY, excite } from './skip-excitation.js';
import { enlarge, enlargeImage } from './upsampling.js';

type Symbolic = tfl.SymbolicTensor;

/**
 * Makes a generator: latents `[n, latentDim]`, N(0, 1) → images `[n, size, size, channels]` in [−1, 1] (tanh).
 * With `classes`, a second input `[n, classes]` is the one-hot label, embedded beside the latent.
 * The model saves as stock layers only.
 * @throws RangeError naming the option that is unknown or out of its range; TypeError if `options` is no object; Error if no
 * backend is ready.
 */
export function createGenerator(options: NetworkOptions): tfl.LayersModel {
  requireBackend();
  checkNetworkOptions('createGenerator', options);
  const full = checkNetwork(options);
  const { latentDim, classes, architecture, seed } = full;
  const latent = tfl.input({ shape: [latentDim], name: 'latent' });
  const initial = initializersOf(full, 'generator');
  const inputs = [latent];
  let x: Symbolic = latent;
  if (classes > 0) {
    const label = tfl.input({ shape: [classes], name: 'label' });
    inputs.push(label);
    const embed = tfl.layers.dense({
      units: latentDim,
      useBias: false,
      kernelInitializer: tfl.initializers.randomNormal({ stddev: 1, seed: seed + 1 }),
      name: 'embed_label',
    });
    x = tfl.layers
      .concatenate({ name: 'latent_and_label' })
      .apply([x, embed.apply(label) as Symbolic]) as Symbolic;
  }
  const image = architecture === 'dcgan' ? dcganBody(x, full, initial) : paperBody(x, full, initial);
  return tfl.model({ inputs, outputs: image, name: 'generator' });
}

/** Project to 4 × 4, then transposed convolutions of stride 2, each with batch norm and ReLU, to tanh. */
function dcganBody(latent: Symbolic, options: FullNetworkOptions, initial: Initializers): Symbolic {
  const { size, width, channels, upsampling, outputSkips, skipExcitation, fullSizeFeatures } = options;
  const features = featureChain(size, width).reverse();
  const normalised = (x: Symbolic, name: string): Symbolic => {
    const norm = new BatchNorm({
      momentum: 0.9,
      epsilon: 1e-5,
      gammaInitializer: initial.gamma(),
      name: `${name}_norm`,
    });
    return tfl.layers.reLU({ name: `${name}_relu` }).apply(norm.apply(x)) as Symbolic;
  };
  let x = project(latent, 4, features[0]!, false, initial);
  x = normalised(x, 'project');
  const earlier = [x];
  let image = outputSkips ? toImage(x, channels, initial) : undefined;
  for (const [level, filters] of features.slice(1).entries()) {
    const name = `up_${8 * 2 ** level}`;
    x = normalised(enlarge(x, { upsampling, filters, name, useBias: false, initial }), name);
    const source = earlier.at(-EXCITED_BY);
    if (skipExcitation && source) x = excite(x, source, name, initial);
    earlier.push(x);
    if (image) image = addEnlarged(image, toImage(x, channels, initial));
  }
  if (fullSizeFeatures > 0) {
    const [name, filters] = [`up_${size}`, fullSizeFeatures];
    x = normalised(enlarge(x, { upsampling, filters, name, useBias: false, initial }), name);
  }
  const last =
    fullSizeFeatures > 0
      ? finish(x, channels, 3, initial)
      : enlarge(x, { upsampling, filters: channels, name: 'image', useBias: true, initial, gain: 1 });
  let sum = image ? addEnlarged(image, last) : last;
  if (options.medianFilter) sum = medianFilter(sum, 'median');
  return tfl.layers.activation({ activation: 'tanh', name: 'tanh' }).apply(sum) as Symbolic;
}

/** A convolution that makes the image. */
function finish(x: Symbolic, filters: number, kernelSize: number, initial: Initializers): Symbolic {
  const kernelInitializer = initial.kernel(kernelSize ** 2 * x.shape[3]!, 1);
  const image = { filters, kernelSize, padding: 'same', kernelInitializer, name: 'image' } as const;
  return new Conv2D(image).apply(x) as Symbolic;
}

/** The image that the features of one resolution make. */
function toImage(x: Symbolic, channels: number, initial: Initializers): Symbolic {
  const kernelInitializer = initial.kernel(x.shape[3]!, 1);
  const name = `to_image_${x.shape[1]}`;
  return new Conv2D({ filters: channels, kernelSize: 1, kernelInitializer, name }).apply(x) as Symbolic;
}

/** The image of a lower resolution, enlarged, and one of this resolution. */
function addEnlarged(image: Symbolic, detail: Symbolic): Symbolic {
  const side = detail.shape[1];
  const enlarged = enlargeImage(image, `enlarge_image_${side}`);
  return tfl.layers.add({ name: `sum_image_${side}` }).apply([enlarged, detail]) as Symbolic;
}

/** Project to size/16, four k4 s2 transposed convolutions with LeakyReLU 0.2, then a k5 convolution to tanh. */
function paperBody(latent: Symbolic, options: FullNetworkOptions, initial: Initializers): Symbolic {
  const { size, width, channels, upsampling } = options;
  const leaky = (x: Symbolic, name: string) =>
    tfl.layers.leakyReLU({ alpha: 0.2, name: `${name}_leaky` }).apply(x) as Symbolic;
  let x = leaky(project(latent, size / 16, 16 * width, true, initial), 'project');
  for (const times of [8, 4, 2, 1]) {
    const name = `up_${size / times}`;
    x = leaky(enlarge(x, { upsampling, filters: times * width, name, useBias: true, initial }), name);
  }
  const last = finish(x, channels, 5, initial);
  return tfl.layers.activation({ activation: 'tanh', name: 'tanh' }).apply(last) as Symbolic;
}

function project(
  x: Symbolic,
  side: number,
  filters: number,
  useBias: boolean,
  initial: Initializers,
): Symbolic {
  const units = side * side * filters;
  const kernelInitializer = initial.kernel(x.shape[1]!);
  const dense = tfl.layers.dense({ units, useBias, kernelInitializer, name: 'project' });
  const reshape = tfl.layers.reshape({ targetShape: [side, side, filters], name: 'project_reshape' });
  return reshape.apply(dense.apply(x)) as Symbolic;
}
