import { encodeOnnx, type OnnxGraph } from '@cxr/backend/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

async function run(graph: OnnxGraph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(encodeOnnx(graph));
  return (await session.run(feeds)) as Record<string, Tensor>;
}

describe('encodeOnnx', () => {
  it('writes a graph with a constant, INTS, INT and FLOAT attributes that onnxruntime runs', async () => {
    const graph: OnnxGraph = {
      nodes: [
        { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: { strides: [2, 2], group: 1 } },
        { op: 'LeakyRelu', inputs: ['c'], outputs: ['y'], attributes: { alpha: { float: 0.25 } } },
      ],
      initializers: [
        { name: 'w', dims: [1, 1, 2, 2], data: Float32Array.of(1, 1, 1, -1) },
        { name: 'b', dims: [1], data: Float32Array.of(-1) },
      ],
      inputs: [{ name: 'x', type: 'float32', shape: ['n', 1, 4, 4] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['n', 1, 2, 2] }],
    };
    const x = Float32Array.from({ length: 16 }, (_, i) => i - 8);
    const { y } = await run(graph, { x: new Tensor('float32', x, [1, 1, 4, 4]) });
    // By hand: a + b + c - d - 1 over the 2 x 2 blocks, negative values times 1/4: all exact in float32.
    expect([...(y!.data as Float32Array)]).toEqual([-4.25, -3.25, -0.25, 3]);
  });

  it('writes int64, int32 and uint8 constants, texts, negative integers and scalars', async () => {
    const graph: OnnxGraph = {
      nodes: [
        { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['r'] },
        { op: 'Gather', inputs: ['r', 'rows'], outputs: ['g'], attributes: { axis: -1 } },
        { op: 'Cast', inputs: ['bytes'], outputs: ['f'], attributes: { to: 1 } },
        { op: 'Add', inputs: ['g', 'f'], outputs: ['s'] },
        { op: 'Pad', inputs: ['s', 'pads', 'zero'], outputs: ['y'], attributes: { mode: 'constant' } },
      ],
      initializers: [
        { name: 'shape', dims: [2], data: BigInt64Array.of(2n, -1n) },
        { name: 'rows', dims: [2], data: Int32Array.of(2, 0) },
        { name: 'bytes', dims: [2], data: Uint8Array.of(10, 200) },
        { name: 'pads', dims: [4], data: BigInt64Array.of(0n, 0n, 0n, 1n) },
        { name: 'zero', dims: [], data: Float32Array.of(7) },
      ],
      inputs: [{ name: 'x', type: 'float32', shape: [6] }],
      outputs: [{ name: 'y', type: 'float32', shape: [2, 3] }],
    };
    const { y } = await run(graph, { x: new Tensor('float32', Float32Array.of(0, 1, 2, 3, 4, 5), [6]) });
    expect(y!.dims).toEqual([2, 3]);
    expect([...(y!.data as Float32Array)]).toEqual([12, 200, 7, 15, 203, 7]);
  });

  it("declares the operator set of onnxruntime's own operators", async () => {
    const graph: OnnxGraph = {
      nodes: [
        {
          op: 'FusedMatMul',
          domain: 'com.microsoft',
          inputs: ['a', 'b'],
          outputs: ['y'],
          attributes: { transA: 1, alpha: { float: 0.5 } },
        },
      ],
      inputs: [
        { name: 'a', type: 'float32', shape: [2, 1] },
        { name: 'b', type: 'float32', shape: [2, 2] },
      ],
      outputs: [{ name: 'y', type: 'float32', shape: [1, 2] }],
    };
    const { y } = await run(graph, {
      a: new Tensor('float32', Float32Array.of(1, 2), [2, 1]),
      b: new Tensor('float32', Float32Array.of(3, 4, 5, 6), [2, 2]),
    });
    expect([...(y!.data as Float32Array)]).toEqual([6.5, 8]);
  });

  it('refuses what would be written wrong', () => {
    const graph = { nodes: [], inputs: [], outputs: [] };
    const short = { name: 'w', dims: [2, 2], data: Float32Array.of(1) };
    expect(() => encodeOnnx({ ...graph, initializers: [short] })).toThrow('[2,2] needs 4 values: 1');
    const half = { op: 'Elu', inputs: ['x'], outputs: ['y'], attributes: { alpha: 0.5 } };
    expect(() => encodeOnnx({ ...graph, nodes: [half] })).toThrow('attribute alpha is not an integer: 0.5');
  });
});
