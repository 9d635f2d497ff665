import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { RELAXED_SIMD_MODULE, SIMD_MODULE } from '../src/simd/binary.js';
import { type Simd, simdBytes } from '../src/simd/module.js';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

// Node 20 takes relaxed SIMD with a flag only, later versions always.
if (!WebAssembly.validate(bytesOf(RELAXED_SIMD_MODULE)))
  setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Terms of a sum that the module adds up before it adds them to the result. */
const BLOCK = 256;

/** Floats before, between and after the matrices, which must be neither used nor changed. */
const GUARD = 13;

interface Case {
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
  accumulate: boolean;
  /** Floats by which the rows of a, b and c are longer in memory than what is used of them. */
  gap: number;
  seed: number;
}

/** Around the sizes of tiles (5, 6 and 8) and of blocks (60, 256 and 512). */
const size = (...blocks: number[]) =>
  fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(...blocks).chain((block) => fc.integer({ min: block - 2, max: block + 9 })),
  );

const cases: fc.Arbitrary<Case> = fc.record({
  m: size(30, 60, 120),
  n: size(16, 64, 512),
  k: size(BLOCK, 2 * BLOCK),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  accumulate: fc.boolean(),
  gap: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
});

/** Seeded values in [-1, 1). */
function values(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A matrix as it lies in memory: rows of `line` floats, NaN where they are longer than `columns`. */
interface Stored {
  rows: number;
  columns: number;
  line: number;
  floats: Float32Array;
}

function stored(rows: number, columns: number, gap: number, seed: number): Stored {
  const line = columns + gap;
  const floats = values(rows * line, seed).map((value, i) => (i % line < columns ? value : Number.NaN));
  return { rows, columns, line, floats };
}

/** The factors and the result before the product. */
function matrices({ m, n, k, transposeA, transposeB, gap, seed }: Case) {
  return {
    a: transposeA ? stored(k, m, gap, seed) : stored(m, k, gap, seed),
    b: transposeB ? stored(n, k, gap, seed + 1) : stored(k, n, gap, seed + 1),
    c: stored(m, n, gap, seed + 2),
  };
}

const at = ({ floats, line }: Stored, transposed: boolean, row: number, column: number): number =>
  floats[transposed ? column * line + row : row * line + column]!;

async function load(base64: string): Promise<{ simd: Simd; memory: WebAssembly.Memory }> {
  const memory = new WebAssembly.Memory({ initial: 128, maximum: 1024 });
  const { instance } = await WebAssembly.instantiate(bytesOf(base64), { env: { memory } });
  return { simd: instance.exports as unknown as Simd, memory };
}

/** What lies in c after the product, and before and after it. */
function multiply({ simd, memory }: Awaited<ReturnType<typeof load>>, given: Case): Float32Array {
  const { a, b, c } = matrices(given);
  const floats = new Float32Array(memory.buffer).fill(Number.NaN);
  let end = simd.gemmScratch() / 4 + GUARD;
  const [atA, atB, atC] = [a, b, c].map((matrix) => {
    const place = end;
    floats.set(matrix.floats, place);
    end += matrix.floats.length + GUARD;
    return place * 4;
  }) as [number, number, number];
  const { m, n, k, transposeA, transposeB, accumulate } = given;
  simd.gemm(transposeA, transposeB, m, n, k, atA, a.line, atB, b.line, atC, c.line, accumulate, 0);
  return floats.slice(atC / 4 - GUARD, end);
}

type Terms = (p: number) => [x: number, y: number];

/** Throws unless each element of the result is right, and all around them is the NaN that was there. */
function compare(
  found: Float32Array,
  given: Case,
  isRight: (value: number, terms: Terms, before: number) => boolean,
): void {
  const { a, b, c } = matrices(given);
  for (let i = 0; i < found.length; i++) {
    const row = Math.floor((i - GUARD) / c.line);
    const column = i - GUARD - row * c.line;
    if (row < 0 || row >= given.m || column >= given.n) {
      if (!Number.isNaN(found[i])) throw new Error(`written outside the result, at [${row}, ${column}]`);
      continue;
    }
    const terms: Terms = (p) => [at(a, given.transposeA, row, p), at(b, given.transposeB, p, column)];
    const before = given.accumulate ? at(c, false, row, column) : 0;
    if (!isRight(found[i]!, terms, before)) throw new Error(`wrong: ${found[i]} at [${row}, ${column}]`);
  }
}

it.each([
  ['SIMD', SIMD_MODULE],
  ['relaxed SIMD', RELAXED_SIMD_MODULE],
])(
  'products with %s are those of double precision, and nothing else is read or written',
  async (_, base64) => {
    const module = await load(base64);
    fc.assert(
      fc.property(cases, (given) => {
        compare(multiply(module, given), given, (value, terms, before) => {
          let expected = before;
          let magnitude = Math.abs(before);
          for (let p = 0; p < given.k; p++) {
            const [x, y] = terms(p);
            expected += x * y;
            magnitude += Math.abs(x * y);
          }
          // Each of k multiplications and k additions is off by at most 2^-24 of its result.
          return Math.abs(value - expected) <= (given.k + 2) * 2 ** -24 * magnitude;
        });
      }),
      { numRuns: 50 },
    );
  },
);

it('products with SIMD add up blocks of 256 terms in order, so that every machine gets the same bits', async () => {
  const module = await load(SIMD_MODULE);
  const { fround } = Math;
  fc.assert(
    fc.property(cases, (given) => {
      compare(multiply(module, given), given, (value, terms, before) => {
        let sum = before;
        for (let from = 0; from < given.k; from += BLOCK) {
          let block = 0;
          for (let p = from; p < Math.min(given.k, from + BLOCK); p++) {
            const [x, y] = terms(p);
            block = fround(block + fround(x * y));
          }
          sum = fround(sum + block);
        }
        return value === sum;
      });
    }),
    { numRuns: 25 },
  );
});

it('takes the module with relaxed SIMD where it is valid', () => {
  const bytes = Buffer.from(simdBytes()).toString('base64');
  expect(bytes).toBe(RELAXED_SIMD_MODULE);
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  expect(Buffer.from(simdBytes()).toString('base64')).toBe(SIMD_MODULE);
  validate.mockRestore();
});
