/**
 * The Inception network of the FID, as data: every engine builds itself from this one list.
 *
 * It is the 2015-12-05 graph of pytorch-fid (github.com/mseitzer/pytorch-fid, inception.py): torchvision's InceptionV3
 * with two changes. Average pools leave the padding out of the average, and Mixed_7c has a max pool instead of the average pool. Names are those of pytorch-fid's state dict.
 */

/** Length of an activation vector; it also sets how many layers are run. */
export type Dims = 64 | 192 | 768 | 2048;

/** All lengths, shortest first. */
export const DIMS: readonly Dims[] = [64, 192, 768, 2048];

/** Side of the square input in pixels. */
export const INPUT_SIZE = 299;

/** Convolution without bias, batch norm and ReLU, as torchvision's BasicConv2d. */
export interface ConvLayer {
  kind: 'conv';
  name: string;
  input: string;
  channelsIn: number;
  channelsOut: number;
  /** Height and width of the kernel. */
  kernel: readonly [number, number];
  stride: 1 | 2;
  /** `same` is only used with stride 1 and odd kernels, so the padding is (kernel − 1) / 2 on each side. */
  padding: 'same' | 'valid';
}

/** 3 × 3 pool. An average leaves padding out of the mean. */
interface PoolLayer {
  kind: 'max' | 'average';
  name: string;
  input: string;
  stride: 1 | 2;
  padding: 'same' | 'valid';
}

/** Concatenation over channels. */
interface ConcatLayer {
  kind: 'concat';
  name: string;
  inputs: readonly string[];
}

/** A step of the network. Its output is called `name`; the input of the network is called `image`. */
export type Layer = ConvLayer | PoolLayer | ConcatLayer;

/** The layer whose output, averaged over the image, is the activation of that many dims. */
const OUTPUT_LAYER: Record<Dims, string> = {
  64: 'pool1',
  192: 'pool2',
  768: 'Mixed_6e',
  2048: 'Mixed_7c',
};

/** The layers that `dims` needs, in order; the last one is the output before its average over the image. */
export function networkLayers(dims: Dims): readonly Layer[] {
  const end = LAYERS.findIndex((layer) => layer.name === OUTPUT_LAYER[dims]);
  return LAYERS.slice(0, end + 1);
}

/** @throws RangeError when `value` is not one of the four lengths. */
export function assertDims(value: number): asserts value is Dims {
  if (!(DIMS as readonly number[]).includes(value)) {
    throw new RangeError(`dims must be one of ${DIMS.join(', ')}: ${value}`);
  }
}

/** One branch of a mixed block: convolutions and pools, each fed by the one before. */
type Branch = (ReturnType<typeof conv> | ReturnType<typeof pool>)[];

function conv(
  name: string,
  channelsOut: number,
  kernel: readonly [number, number] | number,
  options: { stride?: 1 | 2; padding?: 'same' | 'valid' } = {},
) {
  const size: readonly [number, number] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  return {
    kind: 'conv' as const,
    name,
    channelsOut,
    kernel: size,
    stride: options.stride ?? (1 as const),
    padding: options.padding ?? ('same' as const),
  };
}

function pool(kind: 'max' | 'average', stride: 1 | 2, padding: 'same' | 'valid') {
  return { kind, name: 'pool', stride, padding };
}

const REDUCE = { stride: 2, padding: 'valid' } as const;

/** A list of layers that grows by one block at a time and knows its last output and that output's channels. */
class Builder {
  readonly layers: Layer[] = [];
  #last = 'image';
  #channels = 3;

  conv(layer: ReturnType<typeof conv>): this {
    this.layers.push({ ...layer, input: this.#last, channelsIn: this.#channels });
    this.#last = layer.name;
    this.#channels = layer.channelsOut;
    return this;
  }

  pool(name: string): this {
    this.layers.push({ kind: 'max', name, input: this.#last, stride: 2, padding: 'valid' });
    this.#last = name;
    return this;
  }

  /** A block of parallel branches whose ends are concatenated. A branch may end in a fork of two convolutions. */
  mixed(name: string, ...branches: { trunk: Branch; fork?: Branch }[]): this {
    const ends: { name: string; channels: number }[] = [];
    for (const { trunk, fork = [] } of branches) {
      let end = { name: this.#last, channels: this.#channels };
      for (const layer of trunk) end = this.#append(name, layer, end);
      ends.push(...(fork.length > 0 ? fork.map((layer) => this.#append(name, layer, end)) : [end]));
    }
    this.layers.push({ kind: 'concat', name, inputs: ends.map((end) => end.name) });
    this.#last = name;
    this.#channels = ends.reduce((sum, end) => sum + end.channels, 0);
    return this;
  }

  #append(block: string, layer: Branch[number], from: { name: string; channels: number }) {
    const name = `${block}.${layer.name}`;
    if (layer.kind === 'conv') {
      this.layers.push({ ...layer, name, input: from.name, channelsIn: from.channels });
      return { name, channels: layer.channelsOut };
    }
    this.layers.push({ ...layer, name, input: from.name });
    return { name, channels: from.channels };
  }
}

function inceptionA(build: Builder, name: string, poolFeatures: number): Builder {
  return build.mixed(
    name,
    { trunk: [conv('branch1x1', 64, 1)] },
    { trunk: [conv('branch5x5_1', 48, 1), conv('branch5x5_2', 64, 5)] },
    { trunk: [conv('branch3x3dbl_1', 64, 1), conv('branch3x3dbl_2', 96, 3), conv('branch3x3dbl_3', 96, 3)] },
    { trunk: [pool('average', 1, 'same'), conv('branch_pool', poolFeatures, 1)] },
  );
}

function inceptionB(build: Builder, name: string): Builder {
  return build.mixed(
    name,
    { trunk: [conv('branch3x3', 384, 3, REDUCE)] },
    {
      trunk: [
        conv('branch3x3dbl_1', 64, 1),
        conv('branch3x3dbl_2', 96, 3),
        conv('branch3x3dbl_3', 96, 3, REDUCE),
      ],
    },
    { trunk: [pool('max', 2, 'valid')] },
  );
}

function inceptionC(build: Builder, name: string, channels: number): Builder {
  return build.mixed(
    name,
    { trunk: [conv('branch1x1', 192, 1)] },
    {
      trunk: [
        conv('branch7x7_1', channels, 1),
        conv('branch7x7_2', channels, [1, 7]),
        conv('branch7x7_3', 192, [7, 1]),
      ],
    },
    {
      trunk: [
        conv('branch7x7dbl_1', channels, 1),
        conv('branch7x7dbl_2', channels, [7, 1]),
        conv('branch7x7dbl_3', channels, [1, 7]),
        conv('branch7x7dbl_4', channels, [7, 1]),
        conv('branch7x7dbl_5', 192, [1, 7]),
      ],
    },
    { trunk: [pool('average', 1, 'same'), conv('branch_pool', 192, 1)] },
  );
}

function inceptionD(build: Builder, name: string): Builder {
  return build.mixed(
    name,
    { trunk: [conv('branch3x3_1', 192, 1), conv('branch3x3_2', 320, 3, REDUCE)] },
    {
      trunk: [
        conv('branch7x7x3_1', 192, 1),
        conv('branch7x7x3_2', 192, [1, 7]),
        conv('branch7x7x3_3', 192, [7, 1]),
        conv('branch7x7x3_4', 192, 3, REDUCE),
      ],
    },
    { trunk: [pool('max', 2, 'valid')] },
  );
}

function inceptionE(build: Builder, name: string, poolKind: 'max' | 'average'): Builder {
  return build.mixed(
    name,
    { trunk: [conv('branch1x1', 320, 1)] },
    {
      trunk: [conv('branch3x3_1', 384, 1)],
      fork: [conv('branch3x3_2a', 384, [1, 3]), conv('branch3x3_2b', 384, [3, 1])],
    },
    {
      trunk: [conv('branch3x3dbl_1', 448, 1), conv('branch3x3dbl_2', 384, 3)],
      fork: [conv('branch3x3dbl_3a', 384, [1, 3]), conv('branch3x3dbl_3b', 384, [3, 1])],
    },
    { trunk: [pool(poolKind, 1, 'same'), conv('branch_pool', 192, 1)] },
  );
}

function buildLayers(): Layer[] {
  const build = new Builder()
    .conv(conv('Conv2d_1a_3x3', 32, 3, REDUCE))
    .conv(conv('Conv2d_2a_3x3', 32, 3, { padding: 'valid' }))
    .conv(conv('Conv2d_2b_3x3', 64, 3))
    .pool('pool1')
    .conv(conv('Conv2d_3b_1x1', 80, 1, { padding: 'valid' }))
    .conv(conv('Conv2d_4a_3x3', 192, 3, { padding: 'valid' }))
    .pool('pool2');
  inceptionA(build, 'Mixed_5b', 32);
  inceptionA(build, 'Mixed_5c', 64);
  inceptionA(build, 'Mixed_5d', 64);
  inceptionB(build, 'Mixed_6a');
  inceptionC(build, 'Mixed_6b', 128);
  inceptionC(build, 'Mixed_6c', 160);
  inceptionC(build, 'Mixed_6d', 160);
  inceptionC(build, 'Mixed_6e', 192);
  inceptionD(build, 'Mixed_7a');
  inceptionE(build, 'Mixed_7b', 'average');
  inceptionE(build, 'Mixed_7c', 'max');
  return build.layers;
}

const LAYERS: readonly Layer[] = buildLayers();
