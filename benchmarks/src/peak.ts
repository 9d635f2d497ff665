import { encodeOnnx } from '@cxr/backend/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { median } from './bench.js';

const SIDE = 2048;
const RUNS = 5;

/** GFLOP/s of one large matrix product by onnxruntime: what this machine reaches of its peak in float32, in practice. */
export async function productPeak(threads: number): Promise<number> {
  const shape = [SIDE, SIDE];
  const model = encodeOnnx({
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
    inputs: [
      { name: 'a', type: 'float32', shape },
      { name: 'b', type: 'float32', shape },
    ],
    outputs: [{ name: 'y', type: 'float32', shape }],
  });
  const session = await InferenceSession.create(model, { intraOpNumThreads: threads });
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % 17) - 8);
  const factor = new Tensor('float32', values, shape);
  const rates: number[] = [];
  for (let i = -1; i < RUNS; i++) {
    const start = performance.now();
    await session.run({ a: factor, b: factor });
    if (i >= 0) rates.push((2 * SIDE ** 3) / 1e6 / (performance.now() - start));
  }
  await session.release();
  return median(rates);
}
