// What each part of the recipe brings: the FID of fakes after equal numbers of steps, on chest X-rays, by seed.
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { contactSheet, encodePng } from '@cxr/data';
import { listImages, readImages, writeFileAtomic } from '@cxr/data/node';
import { collectTrainingSet, resolveConfig, sample, type TrainConfig, Trainer } from '@cxr/dcgan';
import { frechetDistance, statistics } from '@cxr/fid';
import { createEngine, loadWeights } from '@cxr/fid/node';
import type { Image } from '@cxr/image';
import { type Bench, machine, row } from './bench.js';
import { WEIGHTS, XRAYS } from './shared.js';

const SEEDS = [1, 2, 3];
const SHOWN = 8;
const NETWORK = { size: 64, width: 16, batchSize: 32 } as const;
const EMA = 0.998;

/** Averaging changes no step of the training, so one run gives the rows with it and without. */
const RECIPES: { config: Partial<TrainConfig>; plain?: string; averaged: string }[] = [
  { config: { ema: EMA }, plain: 'dcgan', averaged: 'dcgan + EMA' },
  {
    config: { ema: EMA, diffAugment: ['translation', 'cutout'] },
    plain: 'dcgan + DiffAugment',
    averaged: 'dcgan + DiffAugment + EMA',
  },
  { config: { preset: 'modern', ema: EMA }, averaged: 'modern' },
];

/** `bench ablation [STEPS] [FAKES] [PICTURE.png]` */
export const run: Bench = async ({ log, args }) => {
  const [steps, fakes] = [Number(args[0] ?? 1000), Number(args[1] ?? 600)];
  const picture = args[2];
  const { name: backend } = await useBackend('auto');
  const files = await listImages(join(XRAYS, 'train', 'NORMAL'));
  const set = await collectTrainingSet(readImages(files), resolveConfig(NETWORK));
  const weights = await loadWeights(WEIGHTS);
  const engine = await createEngine(weights, { dims: 768 });
  try {
    const reals = await statistics(readImages(files), engine);
    const scores = new Map<string, number[]>();
    const shown: Image[] = [];
    for (const seed of SEEDS) {
      for (const { config, plain, averaged } of RECIPES) {
        const trainer = new Trainer(resolveConfig({ ...NETWORK, ...config, seed }));
        const began = performance.now();
        while (trainer.step < steps) await trainer.trainStep(set);
        const seconds = (performance.now() - began) / 1000;
        for (const [name, network] of [
          [plain, trainer.generator],
          [averaged, trainer.sampler],
        ] as const) {
          if (name === undefined) continue;
          const images: Image[] = [];
          for await (const image of sample(network, { count: fakes, seed })) images.push(image);
          const fid = frechetDistance(reals, await statistics(images, engine));
          scores.set(name, [...(scores.get(name) ?? []), fid]);
          if (seed === SEEDS[0]) shown.push(...images.slice(0, SHOWN));
          log(`seed ${seed}, ${name}: FID ${fid.toFixed(3)} after ${steps} steps in ${seconds.toFixed(0)} s`);
        }
        trainer.dispose();
      }
    }
    if (picture !== undefined)
      await writeFileAtomic(picture, encodePng(contactSheet(shown, { columns: SHOWN, background: 255 })));
    return {
      machine: machine(),
      peer: 'nothing: rows are FIDs, the median of the seeds, lower is better',
      rows: [...scores].map(([name, values]) => row(name, 'FID-768', values, null)),
      notes: [
        `${files.length} chest X-rays, ${NETWORK.size} pixels, width ${NETWORK.width}, batch ${NETWORK.batchSize}, ` +
          `${steps} steps, ${fakes} fakes, pil299, ${backend}`,
        ...[...scores].map(([name, values]) => `${name}: ${values.map((fid) => fid.toFixed(3)).join(', ')}`),
      ],
    };
  } finally {
    engine.dispose();
  }
};
