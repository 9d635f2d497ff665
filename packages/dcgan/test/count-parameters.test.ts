import { useBackend } from '@cxr/backend';
import { createDiscriminator, createGenerator } from '@cxr/dcgan';
import { expect, it } from 'vitest';
import { countDiscriminator, countGenerator } from '../src/networks/count-parameters.js';

it.each(
  (['dcgan', 'paper'] as const).flatMap((architecture) =>
    ([32, 64, 256] as const).flatMap((size) =>
      (['batch', 'spectral', 'none'] as const).flatMap((discriminatorNorm) =>
        [0, 3].map((classes) => ({ architecture, size, discriminatorNorm, classes })),
      ),
    ),
  ),
)('counts what the networks hold: %o', async (options) => {
  await useBackend('cpu');
  // Widths and channels that no two layers share.
  const full = { ...options, width: 2, latentDim: 7, channels: options.size === 64 ? 1 : 3 } as const;
  const generator = createGenerator(full);
  const discriminator = createDiscriminator(full);
  expect(countGenerator(full)).toBe(generator.countParams());
  expect(countDiscriminator(full)).toBe(discriminator.countParams());
  generator.dispose();
  discriminator.dispose();
});

it.each([
  { upsampling: 'transposed-1-2-1', discriminatorBlur: '1-2-1' },
  { upsampling: 'transposed-1-3-3-1', discriminatorBlur: '1-3-3-1', outputSkips: true },
  { upsampling: 'transposed-notch', highPass: true, outputSkips: true, classes: 3 },
  { upsampling: 'bilinear', minibatchStd: 4, highPass: true, discriminatorNorm: 'spectral', classes: 2 },
  { skipExcitation: true, upsampling: 'bilinear' },
  { skipExcitation: true, size: 128 },
  { fullSizeFeatures: 5, classes: 2 },
  { medianFilter: true },
  { fullSizeFeatures: 3, upsampling: 'transposed-1-2-1', outputSkips: true, channels: 3 },
  { reconstruction: 1, size: 128 },
  { reconstruction: 0.5, size: 32, discriminatorNorm: 'spectral', classes: 2 },
  { discriminatorBlur: '1-3-3-1', minibatchStd: 2, discriminatorNorm: 'none' },
  { discriminatorWidth: 3, classes: 2 },
  { discriminatorBlocks: 'residual', discriminatorNorm: 'none' },
  {
    discriminatorBlocks: 'residual',
    discriminatorNorm: 'none',
    discriminatorWidth: 3,
    minibatchStd: 2,
    size: 256,
  },
  {
    discriminatorBlocks: 'residual',
    discriminatorNorm: 'none',
    highPass: true,
    reconstruction: 1,
    classes: 3,
  },
] as const)('counts what comes with %o', async (options) => {
  await useBackend('cpu');
  for (const channels of [1, 3] as const) {
    const full = { size: 64, ...options, width: 2, latentDim: 7, channels } as const;
    const generator = createGenerator(full);
    const discriminator = createDiscriminator(full);
    expect(countGenerator(full)).toBe(generator.countParams());
    expect(countDiscriminator(full)).toBe(discriminator.countParams());
    generator.dispose();
    discriminator.dispose();
  }
});
