/**
 * Writes an ONNX model in memory: the few protobuf messages a small graph needs, by hand.
 * Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
 */

/** A constant of the graph. */
export interface OnnxTensor {
  name: string;
  /** The shape; empty for a scalar. */
  dims: readonly number[];
  /** The values, as many as the product of `dims`, in row-major order. */
  data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** One operator. */
export interface OnnxNode {
  /** The operator's name, such as `MatMul`. */
  op: string;
  /** Names of values; an empty text leaves an optional input out. */
  inputs: string[];
  outputs: string[];
  /** A plain number is an INT attribute, `{ float }` a FLOAT, a list INTS, a text STRING. @default none */
  attributes?: Record<string, number | number[] | string | { float: number }> | undefined;
  /** Operator set: `com.microsoft` has onnxruntime's own operators. @default ONNX's */
  domain?: string | undefined;
}

/** An input or output of the graph. A text in `shape` is a dimension known only at run time. */
export interface OnnxValue {
  name: string;
  /** Type of the elements. */
  type: 'float32' | 'uint8' | 'int32' | 'int64' | 'bool';
  shape: readonly (number | string)[];
}

/** A whole graph. */
export interface OnnxGraph {
  /** @default 'graph' */
  name?: string | undefined;
  /** Version of ONNX's operator set. @default 17 */
  opset?: number | undefined;
  /** The operators, each after those whose outputs it reads. */
  nodes: OnnxNode[];
  /** The constants. @default none */
  initializers?: OnnxTensor[] | undefined;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

const IR_VERSION = 8;
const DEFAULT_OPSET = 17;
const TENSOR_TYPE = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const utf8 = new TextEncoder();

/** A message being written: its chunks in order, and their total length in bytes. */
class Message {
  readonly chunks: Uint8Array[] = [];
  length = 0;

  raw(bytes: Uint8Array): this {
    this.chunks.push(bytes);
    this.length += bytes.length;
    return this;
  }

  /** Base-128 varint; a negative number is written as its 64-bit two's complement, in ten bytes. */
  varint(value: number | bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.raw(Uint8Array.from(bytes));
  }

  int(field: number, value: number): this {
    return this.varint(field << 3).varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.varint((field << 3) | 5).raw(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.varint((field << 3) | 2)
      .varint(value.length)
      .raw(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  message(field: number, value: Message): this {
    this.varint((field << 3) | 2).varint(value.length);
    this.chunks.push(...value.chunks);
    this.length += value.length;
    return this;
  }

  toBytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

/**
 * The bytes of an ONNX model (a ModelProto, IR version 8) that holds `graph`. onnxruntime loads it without a file.
 *
 * @throws RangeError when a tensor's data does not fill its dims, or an INT attribute is not an integer.
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = new Message().int(1, IR_VERSION).text(2, '@cxr/backend').message(7, graphMessage(graph));
  const domains = new Map([['', graph.opset ?? DEFAULT_OPSET]]);
  for (const node of graph.nodes) if (node.domain) domains.set(node.domain, 1);
  for (const [domain, version] of domains) {
    model.message(8, new Message().text(1, domain).int(2, version));
  }
  return model.toBytes();
}

function graphMessage(graph: OnnxGraph): Message {
  const message = new Message();
  for (const node of graph.nodes) message.message(1, nodeMessage(node));
  message.text(2, graph.name ?? 'graph');
  for (const tensor of graph.initializers ?? []) message.message(5, tensorMessage(tensor));
  for (const value of graph.inputs) message.message(11, valueMessage(value));
  for (const value of graph.outputs) message.message(12, valueMessage(value));
  return message;
}

function nodeMessage(node: OnnxNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    message.message(5, attributeMessage(name, value));
  }
  if (node.domain) message.text(7, node.domain);
  return message;
}

function attributeMessage(name: string, value: number | number[] | string | { float: number }): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'string') return message.text(4, value).int(20, ATTRIBUTE_TYPE.string);
  if (typeof value === 'number') return message.int(3, integer(name, value)).int(20, ATTRIBUTE_TYPE.int);
  if (!Array.isArray(value)) return message.float(2, value.float).int(20, ATTRIBUTE_TYPE.float);
  for (const item of value) message.int(8, integer(name, item));
  return message.int(20, ATTRIBUTE_TYPE.ints);
}

function integer(name: string, value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`attribute ${name} is not an integer: ${value} (write { float: ${value} })`);
  }
  return value;
}

function tensorMessage(tensor: OnnxTensor): Message {
  const size = tensor.dims.reduce((product, dim) => product * dim, 1);
  if (size !== tensor.data.length) {
    throw new RangeError(
      `tensor ${tensor.name}: [${tensor.dims}] needs ${size} values: ${tensor.data.length}`,
    );
  }
  const message = new Message();
  for (const dim of tensor.dims) message.int(1, dim);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return message
    .int(2, tensorType(tensor.data))
    .text(8, tensor.name)
    .bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function tensorType(data: OnnxTensor['data']): number {
  if (data instanceof Float32Array) return TENSOR_TYPE.float32;
  if (data instanceof BigInt64Array) return TENSOR_TYPE.int64;
  return data instanceof Int32Array ? TENSOR_TYPE.int32 : TENSOR_TYPE.uint8;
}

function valueMessage(value: OnnxValue): Message {
  const shape = new Message();
  for (const dim of value.shape) {
    const dimension = new Message();
    shape.message(1, typeof dim === 'string' ? dimension.text(2, dim) : dimension.int(1, dim));
  }
  const tensor = new Message().int(1, TENSOR_TYPE[value.type]).message(2, shape);
  return new Message().text(1, value.name).message(2, new Message().message(1, tensor));
}
