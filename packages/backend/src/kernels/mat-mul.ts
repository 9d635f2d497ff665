import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type KernelContext, pointer } from './kernel-context.js';

/** The factors of a batched product: [..., m, k] and [..., k, n] after transposing. */
export interface Factors {
  a: TensorInfo;
  b: TensorInfo;
  transposeA: boolean;
  transposeB: boolean;
}

/** True for float32 factors of rank 2 or more. */
export function takesFactors({ a, b }: Factors): boolean {
  return [a, b].every((t) => t.dtype === 'float32' && t.shape.length >= 2);
}

/**
 * The product: one matrix product for each index of the leading dimensions, which broadcast.
 *
 * @throws RangeError when the inner sizes differ.
 */
export function matMul(context: KernelContext, { a, b, transposeA, transposeB }: Factors): TensorInfo {
  const { backend, gemm } = context;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (inner !== k) {
    const flags = `transposed: ${transposeA}, ${transposeB}`;
    throw new RangeError(
      `matMul: the inner sizes ${k} and ${inner} differ: [${a.shape}] by [${b.shape}], ${flags}`,
    );
  }
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const y = backend.makeOutput([...outer, m, n], 'float32');
  if (k === 0) context.simd.fill(pointer(backend, y), 0, util.sizeFromShape(y.shape));
  if (m * n * k === 0) return y;
  const size = { a: m * k * 4, b: k * n * 4, c: m * n * 4 };
  const at = { a: pointer(backend, a), b: pointer(backend, b), c: pointer(backend, y) };
  const placeA = places(a.shape.slice(0, -2), outer);
  const placeB = places(b.shape.slice(0, -2), outer);
  const count = util.sizeFromShape(outer);
  if ([a, b].every(({ shape }) => util.arraysEqual(shape.slice(0, -2), outer))) {
    gemm.run({ transposeA, transposeB, m, n, k, a: at.a, b: at.b, c: at.c, count });
    return y;
  }
  for (let i = 0; i < count; i++) {
    gemm.run({
      transposeA,
      transposeB,
      m,
      n,
      k,
      a: at.a + placeA(i) * size.a,
      b: at.b + placeB(i) * size.b,
      c: at.c + i * size.c,
    });
  }
  return y;
}

/** Returns the function from an index in the broadcast shape `outer` to the index of the same element in `shape`. */
export function places(shape: number[], outer: number[]): (i: number) => number {
  const missing = outer.length - shape.length;
  return (i) => {
    let rest = i;
    let place = 0;
    let stride = 1;
    for (let d = outer.length - 1; d >= missing; d--) {
      const size = shape[d - missing]!;
      if (size > 1) place += (rest % outer[d]!) * stride;
      stride *= size;
      rest = Math.floor(rest / outer[d]!);
    }
    return place;
  };
}
