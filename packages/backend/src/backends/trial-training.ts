import {
  add,
  addN,
  cast,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  dispose,
  greater,
  leakyRelu,
  matMul,
  mean,
  mul,
  neg,
  relu,
  reshape,
  type Scalar,
  softplus,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tanh,
  tensor,
  tidy,
  transpose,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { adamUpdate } from '../adam.js';
import { batchNorm } from '../batch-norm.js';

/** Backends round differently, but not by this share of a checksum, and this much. */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-4;

/**
 * Trains a generator and a discriminator of a few hundred weights for one step on the current backend, and compares with the
 * checksums of that step on the cpu backend: for errors that the gradients of single operations do not show.
 *
 * @throws Error naming what is wrong.
 */
export async function trialTraining(): Promise<void> {
  const found = tidy(trainingStep);
  try {
    for (const [name, known] of Object.entries(KNOWN)) {
      const value = checksum(await found[name]!.data());
      if (!(Math.abs(value - known) <= RELATIVE * Math.abs(known) + ABSOLUTE)) {
        throw new Error(
          `its trial of a training step gives a checksum of ${value}, not ${known}, for ${name}`,
        );
      }
    }
  } finally {
    dispose(found);
  }
}

/** Shapes of the weights: the generator's, then the discriminator's. */
const GENERATOR = { project: [3, 16], scale: [4], offset: [4], enlarge: [4, 4, 1, 4] };
const DISCRIMINATOR = { filter: [4, 4, 1, 3], bias: [3], norm: [3], shift: [3], logit: [12, 1], last: [1] };

type Weights<Shapes> = { [name in keyof Shapes]: Tensor };

/** The checksums of the step's numbers on the cpu backend. */
const KNOWN: Readonly<Record<string, number>> = {
  'the gradient of project': 0.065983,
  'the update of project': 115.557,
  'the gradient of scale': -0.299085,
  'the update of scale': 5.47433,
  'the gradient of offset': -0.152786,
  'the update of offset': 3.57964,
  'the gradient of enlarge': -0.590336,
  'the update of enlarge': 134.641,
  'the gradient of filter': -5.53611,
  'the update of filter': 73.826,
  // A bias before batch norm changes nothing.
  'the gradient of bias': 0,
  'the update of bias': -0.0902177,
  'the gradient of norm': -3.78402,
  'the update of norm': -1.2923,
  'the gradient of shift': -0.12418,
  'the update of shift': 2.46152,
  'the gradient of logit': -0.233265,
  'the update of logit': 30.0189,
  'the gradient of last': -0.219067,
  'the update of last': -0.527389,
  images: 5.28167,
  losses: -10.2949,
};

/** One step: everything that it computes, by name. */
function trainingStep(): Record<string, Tensor> {
  const latents = wave([2, 3], 1);
  const reals = wave([2, 4, 4, 1], 2);
  const generator = Object.values(GENERATOR).map((shape, i) => wave(shape, 3 + i));
  const discriminator = Object.values(DISCRIMINATOR).map((shape, i) => wave(shape, 7 + i));
  const generate = (weights: Tensor[]): Tensor => imagesOf(latents, named(GENERATOR, weights));
  const look = (images: Tensor, weights: Tensor[]): Tensor =>
    logitsOf(augmented(images), named(DISCRIMINATOR, weights));

  const fakes = generate(generator);
  const ofDiscriminator = valueAndGrads((...weights) => {
    const onReals = mean(softplus(neg(look(reals, weights))));
    return addN([onReals, mean(softplus(look(fakes, weights)))]) as Scalar;
  })(discriminator);
  const ofGenerator = valueAndGrads((...weights) =>
    mean<Scalar>(softplus(neg(look(generate(weights), discriminator)))),
  )(generator);

  const gradients = [...ofGenerator.grads, ...ofDiscriminator.grads];
  const weights = [...generator, ...discriminator];
  const attrs = { rate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.5 };
  const updates = gradients.map((gradient, i) => {
    const weight = weights[i]!;
    return adamUpdate(weight, mul(weight, 0.5), square(weight), gradient, attrs);
  });
  const names = [...Object.keys(GENERATOR), ...Object.keys(DISCRIMINATOR)];
  const numbers = names.flatMap((name, i): [string, Tensor][] => {
    const [value, first, second] = updates[i]!;
    return [
      [`the gradient of ${name}`, gradients[i]!],
      [`the update of ${name}`, add(add(value, first), second)],
    ];
  });
  const logits = look(reals, discriminator);
  return {
    ...Object.fromEntries(numbers),
    images: fakes,
    losses: stack([
      ofDiscriminator.value,
      ofGenerator.value,
      mean(cast(greater(0, logits), 'float32')),
      sqrt(addN(gradients.map((gradient) => sum(square(gradient))))),
      ...gradients.map((gradient) => sum(gradient)),
    ]),
  };
}

function named<Shapes extends object>(shapes: Shapes, weights: readonly Tensor[]): Weights<Shapes> {
  return Object.fromEntries(Object.keys(shapes).map((name, i) => [name, weights[i]!])) as Weights<Shapes>;
}

/** Images [n, 4, 4, 1] from latents. */
function imagesOf(latents: Tensor, weights: Weights<typeof GENERATOR>): Tensor {
  const { project, scale, offset, enlarge } = weights;
  const projected = reshape(matMul(latents, project), [2, 2, 2, 4]);
  const hidden = relu(batchNorm(projected, scale, offset, { epsilon: 1e-2 })) as Tensor4D;
  return tanh(conv2dTranspose(hidden, enlarge as Tensor4D, [2, 4, 4, 1], 2, 'same'));
}

/** A new contrast, a shift by a row, and a blur, through which gradients go. */
function augmented(images: Tensor): Tensor4D {
  const middle = mean(images, [1, 2, 3], true);
  const spread = add(mul(sub(images, middle), tensor([0.5, 1.5], [2, 1, 1, 1])), middle);
  const rows = matMul(tensor(SHIFTS, [2, 4, 4]), reshape(spread, [2, 4, 4]));
  const turned = transpose(reshape(rows, [2, 4, 4, 1]), [0, 2, 1, 3]);
  return depthwiseConv2d(turned as Tensor4D, tensor([0.25, 0.5, 0.25], [3, 1, 1, 1]) as Tensor4D, 1, 'same');
}

/** Logits [n, 1] of images. */
function logitsOf(images: Tensor4D, weights: Weights<typeof DISCRIMINATOR>): Tensor {
  const { filter, bias, norm, shift, logit, last } = weights;
  const features = add(conv2d(images, filter as Tensor4D, 2, 'same'), bias);
  const hidden = leakyRelu(batchNorm(features, norm, shift, { epsilon: 1e-2 }), 0.2);
  return add(matMul(reshape(hidden, [2, 12]), logit), last);
}

/** The first image moves down by a row, the second up. */
const SHIFTS = [-1, 1].flatMap((distance) =>
  Array.from({ length: 16 }, (_, i) => Number((i % 4) - Math.floor(i / 4) === distance)),
);

/** Values between −1 and 1 that repeat in no small period; another seed, others. */
function wave(shape: number[], seed: number): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + seed)),
    shape,
  );
}

/** A weighted sum, which differs when values change places. */
export function checksum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value, i) => total + value * ((i % 11) + 1), 0);
}
