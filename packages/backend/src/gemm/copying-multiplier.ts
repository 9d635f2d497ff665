import type { Pointer } from '../simd/module.js';
import type { Multiply } from '../threads/tape.js';

/** Pages of WebAssembly memory, in bytes. */
const PAGE = 1 << 16;

/**
 * Products of factors in `memory` by a library that cannot use it: factors and result are copied.
 *
 * @param make makes the library's products over memory that it can use.
 */
export function copyingMultiplier(
  make: (memory: WebAssembly.Memory) => Multiply,
  memory: WebAssembly.Memory,
): Multiply {
  const own = new WebAssembly.Memory({ initial: 1 });
  const multiply = make(own);
  const view = (at: Pointer, floats: number): Float32Array => new Float32Array(memory.buffer, at, floats);

  return (transposeA, transposeB, m, n, k, a, b, y, count) => {
    const sizes = [count * m * k, count * k * n, count * m * n] as const;
    const missing = (sizes[0] + sizes[1] + sizes[2]) * 4 - own.buffer.byteLength;
    if (missing > 0) own.grow(Math.ceil(missing / PAGE));
    const floats = new Float32Array(own.buffer);
    const [ownB, ownY] = [sizes[0], sizes[0] + sizes[1]];
    floats.set(view(a, sizes[0]), 0);
    floats.set(view(b, sizes[1]), ownB);
    multiply(transposeA, transposeB, m, n, k, 0, ownB * 4, ownY * 4, count);
    view(y, sizes[2]).set(floats.subarray(ownY, ownY + sizes[2]));
  };
}
