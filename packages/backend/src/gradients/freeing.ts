import { engine, type GradConfig, getGradient, type Tensor } from '@tensorflow/tfjs-core';

/*
 * TensorFlow.js keeps the gradient of every intermediate value until all gradients are computed: as much memory again as the values
 * themselves. But only the operation that computed a value reads its gradient, once. So that is freed after it, where both the
 * gradient and the operation are of the kinds below.
 */

/** Gradients that were made here: no one else has them. */
const made = new WeakSet<Tensor>();

/** Those that have been read, for the next operation to free: until then TensorFlow.js may read them again. */
const read: Tensor[] = [];

/** Notes that a gradient was made: a new tensor, which nothing but the operation that computed the value will read. */
export function madeGradient<T extends Tensor>(gradient: T): T {
  made.add(gradient);
  return gradient;
}

/**
 * Notes that an operation reads the gradient `dy` now and not again after the next call. It is not freed where it came from elsewhere, or
 * while gradients of gradients are recorded.
 */
export function readsGradient(dy: Tensor): void {
  const { activeScope, gradientDepth } = engine().state;
  for (const tensor of read.splice(0)) {
    if (tensor !== dy && tensor.scopeId === activeScope?.id && !tensor.isDisposed) tensor.dispose();
  }
  if (gradientDepth === 0 && made.has(dy) && dy.scopeId === activeScope?.id) read.push(dy);
}

/** The same gradient, which frees what it has read. */
function freeing(config: GradConfig): GradConfig {
  return {
    ...config,
    gradFunc: (dy, saved, attrs) => {
      if (Array.isArray(dy)) return config.gradFunc(dy, saved, attrs);
      readsGradient(dy);
      const compute = Object.entries(config.gradFunc(dy, saved, attrs)).map(([name, part]) => [
        name,
        () => {
          const gradient = part();
          return gradient === dy ? gradient : madeGradient(gradient);
        },
      ]);
      return Object.fromEntries(compute) as ReturnType<GradConfig['gradFunc']>;
    },
  };
}

const patched = new WeakSet<object>();

/** Frees nothing that a custom gradient has got: it may give it to several of its inputs. */
export function keepCustomGradients(): void {
  const target = engine();
  if (patched.has(target)) return;
  patched.add(target);
  const stock = target.customGrad;
  target.customGrad = function <T extends Tensor>(this: typeof target, make: Parameters<typeof stock<T>>[0]) {
    return stock.call<typeof target, [typeof make], ReturnType<typeof stock<T>>>(this, (...args) => {
      const { value, gradFunc } = make(...args);
      const keeping: typeof gradFunc = (dy, saved) => {
        const gradients = gradFunc(dy, saved);
        made.delete(dy);
        return gradients;
      };
      return { value, gradFunc: keeping };
    });
  };
}

/** Kernels whose gradients are often as large as a layer's activations. Each of their gradients is a new tensor. */
const KERNELS = ['Conv2D', 'Conv2DBackpropInput', 'LeakyRelu', 'Relu', 'Tanh', 'Sigmoid', 'Add', 'Reshape'];

/** The gradients of these kernels that are registered now, freeing what they have read. */
export function freeingGradients(): GradConfig[] {
  return KERNELS.flatMap((name) => {
    const config = getGradient(name);
    return config && !wrapped.has(config) ? [remember(freeing(config))] : [];
  });
}

const wrapped = new WeakSet<GradConfig>();

function remember(config: GradConfig): GradConfig {
  wrapped.add(config);
  return config;
}
