import * as tfl from '@tensorflow/tfjs-layers';

/** LeakyReLU 0.2 after the layer `name`. */
export function leaky(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return tfl.layers.leakyReLU({ alpha: 0.2, name: `${name}_leaky` }).apply(x) as tfl.SymbolicTensor;
}
