import { ones, serialization, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** The methods of a layer that are replaced here. */
interface LayerClass {
  call(this: never, inputs: Tensor | Tensor[], kwargs: object): Tensor | Tensor[];
}

/** The part of tfjs-layers' batch normalisation that is used here. */
interface BatchNormalization {
  axis: number;
  gamma?: { read(): Tensor } | undefined;
  beta?: { read(): Tensor } | undefined;
}

const patched = new WeakSet<object>();

/** Replaces `call` of a registered layer once; `make` gets the stock one. */
function replaceCall(className: string, make: (stock: LayerClass['call']) => LayerClass['call']): void {
  const [type] = serialization.SerializationMap.getMap().classNameMap[className] ?? [];
  if (!type || patched.has(type)) return;
  patched.add(type);
  const prototype = type.prototype as LayerClass;
  prototype.call = make(prototype.call);
}

/** Mends layers of tfjs-layers that throw when they are trained. */
export function mendLayers(): void {
  // Training with `scale: false` or `center: false` reads a gamma or beta that is not there.
  replaceCall(
    'BatchNormalization',
    (stock) =>
      function (this: BatchNormalization, inputs, kwargs) {
        const { shape } = [inputs].flat()[0]!;
        const size = shape.at(this.axis)!;
        this.gamma ??= { read: () => ones([size]) };
        this.beta ??= { read: () => zeros([size]) };
        return stock.call(this as never, inputs, kwargs);
      },
  );
}
