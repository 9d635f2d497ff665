import { createRng } from '@cxr/image';
import * as tfl from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** Makes each weight's initialiser, every one with a seed of its own drawn from the network's. */
export interface Initializers {
  /**
   * Of a convolution or dense layer. `fanIn`: the inputs that one output sums over; `gain`: 2 before a rectifier, 1 for the last
   * layer. Only `he` uses them.
   */
  kernel(fanIn: number, gain?: 1 | 2): Initializer;
  /** Scale of a batch normalisation. */
  gamma(): Initializer;
}

/** Which network a seed is for: generator and discriminator must not start from the same numbers. */
export type NetworkRole = 'generator' | 'discriminator';

/** N(0, 0.02) kernels, and batch-norm scales around 1: Radford et al., 2016, section 4. */
function radfordInitializers(seed: number, role: NetworkRole): Initializers {
  const next = seeds(seed, role);
  return {
    kernel: () => tfl.initializers.randomNormal({ mean: 0, stddev: 0.02, seed: next() }),
    gamma: () => tfl.initializers.randomNormal({ mean: 1, stddev: 0.02, seed: next() }),
  };
}

/** N(0, √(2 / inputs)) kernels, which keep the size of activations through any number of rectifiers: He et al., 2015. */
function heInitializers(seed: number, role: NetworkRole): Initializers {
  const next = seeds(seed, role);
  return {
    kernel: (fanIn, gain = 2) =>
      tfl.initializers.randomNormal({ mean: 0, stddev: Math.sqrt(gain / fanIn), seed: next() }),
    gamma: () => tfl.initializers.randomNormal({ mean: 1, stddev: 0.02, seed: next() }),
  };
}

/** The initialisers of a network. */
export function initializersOf(
  { architecture, initialization, seed }: { architecture: string; initialization: string; seed: number },
  role: NetworkRole,
): Initializers {
  if (architecture === 'paper') return glorotInitializers(seed, role);
  return initialization === 'he' ? heInitializers(seed, role) : radfordInitializers(seed, role);
}

/** Keras' default, which the paper's authors left as it is. */
function glorotInitializers(seed: number, role: NetworkRole): Initializers {
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
