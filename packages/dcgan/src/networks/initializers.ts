import { createRng } from '@cxr/image';
import * as tfl from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** Makes each weight's initialiser, every one with a seed of its own drawn from the network's. */
export interface Initializers {
  kernel(): Initializer;
  /** Scale of a batch normalisation. */
  gamma(): Initializer;
}

/** Which network a seed is for: generator and discriminator must not start from the same numbers. */
export type NetworkRole = 'generator' | 'discriminator';

/** N(0, 0.02) kernels, and batch-norm scales around 1: Radford et al., 2016, section 4. */
export function radfordInitializers(seed: number, role: NetworkRole): Initializers {
  const next = seeds(seed, role);
  return {
    kernel: () => tfl.initializers.randomNormal({ mean: 0, stddev: 0.02, seed: next() }),
    gamma: () => tfl.initializers.randomNormal({ mean: 1, stddev: 0.02, seed: next() }),
  };
}

/** Keras' default, which the paper's authors left as it is. */
export function glorotInitializers(seed: number, role: NetworkRole): Initializers {
  const next = seeds(seed, role);
  return {
    kernel: () => tfl.initializers.glorotUniform({ seed: next() }),
    gamma: () => tfl.initializers.ones(),
  };
}

function seeds(seed: number, role: NetworkRole): () => number {
  const random = createRng(seed, role === 'generator' ? 1 : 2);
  return () => random.uint32();
}
