import {
  ones,
  type Rank,
  serialization,
  slice,
  type Tensor,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';

/** The methods of a layer that are replaced here. */
interface Layer {
  call(inputs: Tensor | Tensor[], kwargs: object): Tensor | Tensor[];
  computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[];
}

type Shape = (number | null)[];

/** The parts of tfjs-layers' classes that are used here. */
interface BatchNormalization extends Layer {
  axis: number;
  gamma?: { read(): Tensor } | undefined;
  beta?: { read(): Tensor } | undefined;
}
interface SeparableConv2D extends Layer {
  dataFormat: string;
}
interface Sized extends Layer {
  height: number;
  width: number;
}

const patched = new WeakSet<object>();

/** Replaces methods of a registered layer, once; `make` gets the stock prototype's. */
function replace<T extends Layer>(
  className: string,
  make: (stock: Pick<Layer, 'call' | 'computeOutputShape'>) => Partial<Layer> & ThisType<T>,
): void {
  const [type] = serialization.SerializationMap.getMap().classNameMap[className] ?? [];
  if (!type || patched.has(type)) return;
  patched.add(type);
  const prototype = type.prototype as T;
  const { call, computeOutputShape } = prototype;
  Object.assign(prototype, make({ call, computeOutputShape }));
}

/** The only one: models pass a list of tensors to a layer. */
function only(inputs: Tensor | Tensor[]): Tensor {
  return [inputs].flat()[0]!;
}

/** The shape of images of [..., height, width, channels], resized. */
function resized(shape: Shape | Shape[], height: number, width: number): Shape {
  const one = (Array.isArray(shape[0]) ? shape[0] : shape) as Shape;
  return [...one.slice(0, -3), height, width, one.at(-1)!];
}

/** Mends layers of tfjs-layers that throw when they are trained, or in a model. */
export function mendLayers(): void {
  // Training with `scale: false` or `center: false` reads a gamma or beta that is not there.
  replace<BatchNormalization>('BatchNormalization', (stock) => ({
    call(inputs, kwargs) {
      const size = only(inputs).shape.at(this.axis)!;
      this.gamma ??= { read: () => ones([size]) };
      this.beta ??= { read: () => zeros([size]) };
      return stock.call.call(this, inputs, kwargs);
    },
  }));
  // With channels first the bias is added along another axis than that of the channels.
  replace<SeparableConv2D>('SeparableConv2D', (stock) => ({
    call(inputs, kwargs) {
      if (this.dataFormat !== 'channelsFirst') return stock.call.call(this, inputs, kwargs);
      return tidy(() => {
        const last = Object.create(this, { dataFormat: { value: 'channelsLast' } }) as SeparableConv2D;
        const y = stock.call.call(last, transpose(only(inputs), [0, 2, 3, 1]), kwargs);
        return transpose(only(y), [0, 3, 1, 2]);
      });
    },
  }));
  // In a model, the inputs are a list that is taken for one tensor, and the output's shape is one axis short.
  replace<Sized>('Resizing', (stock) => ({
    call(inputs, kwargs) {
      return stock.call.call(this, only(inputs), kwargs);
    },
    computeOutputShape(shape) {
      return resized(shape, this.height, this.width);
    },
  }));
  // The crop of smaller images takes the list for one tensor; that of larger ones has no gradient; and the input's own shape is changed.
  replace<Sized>('CenterCrop', (stock) => ({
    call(inputs, kwargs) {
      const x = only(inputs);
      const { height, width } = this;
      const [top, left] = [(x.shape.at(-3)! - height) / 2, (x.shape.at(-2)! - width) / 2].map(Math.floor);
      if (top! < 0 || left! < 0) return stock.call.call(this, x, kwargs);
      const [batch, channels] = [x.shape.slice(0, -3), x.shape.at(-1)!];
      const begin = [...batch.map(() => 0), top!, left!, 0];
      return slice<Rank, Tensor>(x, begin, [...batch, height, width, channels]);
    },
    computeOutputShape(shape) {
      return resized(shape, this.height, this.width);
    },
  }));
}
