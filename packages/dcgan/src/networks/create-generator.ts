import * as tfl from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm.js';
import { Conv2D } from '../layers/conv2d.js';
import { checkNetworkOptions } from './create-discriminator.js';
import { glorotInitializers, type Initializers, radfordInitializers } from './initializers.js';
import { checkNetwork, featureChain, type NetworkOptions } from './network-options.js';
import { requireBackend } from './require-backend.js';

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
  const { latentDim, classes, architecture, seed } = checkNetwork(options);
  const latent = tfl.input({ shape: [latentDim], name: 'latent' });
  const radford = architecture === 'dcgan';
  const initial = radford ? radfordInitializers(seed, 'generator') : glorotInitializers(seed, 'generator');
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
  const image = radford ? dcganBody(x, options, initial) : paperBody(x, options, initial);
  return tfl.model({ inputs, outputs: image, name: 'generator' });
}

/** Project to 4 × 4, then k4 s2 transposed convolutions, each with batch norm and ReLU, to tanh. */
function dcganBody(latent: Symbolic, options: NetworkOptions, initial: Initializers): Symbolic {
  const { size, width, channels = 1 } = options;
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
  for (const [level, filters] of features.slice(1).entries()) {
    const name = `up_${8 * 2 ** level}`;
    x = normalised(enlarge(x, filters, name, false, initial), name);
  }
  const last = enlarge(x, channels, 'image', true, initial);
  return tfl.layers.activation({ activation: 'tanh', name: 'tanh' }).apply(last) as Symbolic;
}

/** Project to size/16, four k4 s2 transposed convolutions with LeakyReLU 0.2, then a k5 convolution to tanh. */
function paperBody(latent: Symbolic, options: NetworkOptions, initial: Initializers): Symbolic {
  const { size, width, channels = 1 } = options;
  const leaky = (x: Symbolic, name: string) =>
    tfl.layers.leakyReLU({ alpha: 0.2, name: `${name}_leaky` }).apply(x) as Symbolic;
  let x = leaky(project(latent, size / 16, 16 * width, true, initial), 'project');
  for (const times of [8, 4, 2, 1]) {
    const name = `up_${size / times}`;
    x = leaky(enlarge(x, times * width, name, true, initial), name);
  }
  const last = new Conv2D({
    filters: channels,
    kernelSize: 5,
    padding: 'same',
    kernelInitializer: initial.kernel(),
    name: 'image',
  });
  return tfl.layers.activation({ activation: 'tanh', name: 'tanh' }).apply(last.apply(x)) as Symbolic;
}

function project(
  x: Symbolic,
  side: number,
  filters: number,
  useBias: boolean,
  initial: Initializers,
): Symbolic {
  const units = side * side * filters;
  const dense = tfl.layers.dense({ units, useBias, kernelInitializer: initial.kernel(), name: 'project' });
  const reshape = tfl.layers.reshape({ targetShape: [side, side, filters], name: 'project_reshape' });
  return reshape.apply(dense.apply(x)) as Symbolic;
}

function enlarge(
  x: Symbolic,
  filters: number,
  name: string,
  useBias: boolean,
  initial: Initializers,
): Symbolic {
  return tfl.layers
    .conv2dTranspose({
      filters,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      useBias,
      kernelInitializer: initial.kernel(),
      name,
    })
    .apply(x) as Symbolic;
}
