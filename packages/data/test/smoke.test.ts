import { decodeImage, encodePng, phantom, readNpz, resizePillow, writeNpz } from '@cxr/data';
import { expect, it } from 'vitest';

it('draws, resizes, writes and reads', async () => {
  const small = resizePillow(phantom({ seed: 1, size: 64 }), 32, 32);
  expect((await decodeImage(encodePng(small))).data).toEqual(small.data);
  const mu = { data: Float64Array.of(1, 2), shape: [2], dtype: 'float64' } as const;
  expect(readNpz(writeNpz({ mu: { ...mu, shape: [2] } }))['mu']!.data).toEqual(mu.data);
});
