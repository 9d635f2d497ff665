/**
 * Adds the Gram matrix xᵀx of `x` `[n, dims]` to the upper triangle of `sum` `[dims, dims]`.
 * Eight rows at a time, so that each element of `sum` is loaded and stored an eighth as often.
 */
export function addGram(sum: Float64Array, x: Float64Array, n: number, dims: number): void {
  let row = 0;
  for (; row + 8 <= n; row += 8) addEight(sum, x, row * dims, dims);
  for (; row < n; row++) {
    for (let i = 0, at = row * dims; i < dims; i++) {
      const a = x[at + i]!;
      if (a === 0) continue;
      for (let j = i; j < dims; j++) sum[i * dims + j]! += a * x[at + j]!;
    }
  }
}

function addEight(sum: Float64Array, x: Float64Array, at: number, dims: number): void {
  const [x0, x1, x2, x3, x4, x5, x6, x7] = Array.from({ length: 8 }, (_, k) =>
    x.subarray(at + k * dims, at + (k + 1) * dims),
  ) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < dims; i++) {
    const a0 = x0[i]!;
    const a1 = x1[i]!;
    const a2 = x2[i]!;
    const a3 = x3[i]!;
    const a4 = x4[i]!;
    const a5 = x5[i]!;
    const a6 = x6[i]!;
    const a7 = x7[i]!;
    const row = i * dims;
    for (let j = i; j < dims; j++) {
      sum[row + j]! +=
        a0 * x0[j]! +
        a1 * x1[j]! +
        a2 * x2[j]! +
        a3 * x3[j]! +
        a4 * x4[j]! +
        a5 * x5[j]! +
        a6 * x6[j]! +
        a7 * x7[j]!;
    }
  }
}
