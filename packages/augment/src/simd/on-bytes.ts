import type { Pixels } from '../image.js';
import { copyOf } from '../memory.js';
import { type Claim, claim, type Kernels } from './kernels.js';

/**
 * Runs a kernel from a copy of 8-bit samples to as many bytes; null without WebAssembly SIMD, or for other samples.
 * @param extra further bytes that the kernel needs; they begin at `claimed.at[2]`. @default 0
 */
export function onBytes(
  data: Pixels,
  run: (kernels: Kernels, src: number, out: number, claimed: Claim) => void,
  extra: number = 0,
): Uint8Array | null {
  const claimed = data instanceof Uint8Array ? claim(data.length, data.length, extra) : null;
  if (claimed === null) return null;
  const [src, out] = claimed.at as [number, number];
  claimed.bytes.set(data, src);
  run(claimed.kernels, src, out, claimed);
  return copyOf(claimed.bytes, out, out + data.length);
}
