import { augment, chestXray } from '@cxr/augment';
import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { train } from '@cxr/dcgan';
import { computeFid, createTfjsEngine, randomWeights } from '@cxr/fid';

/** What came of it: all of it JSON. */
export interface Numbers {
  backend: string;
  losses: number[];
  fid: number;
}

/** Draws chests, augments them, trains a step on them, and scores them: all of the packages, on one thread. */
export async function composition(): Promise<Numbers> {
  const { name } = await useBackend('wasm', { threads: 1 });
  const pipeline = chestXray({ size: 32 });
  const chests = [...phantoms({ count: 8, seed: 1, size: 32 })];
  const augmented = chests.map(({ name, image }, index) => ({
    name,
    image: augment(pipeline, { image }, { seed: 1, epoch: 0, index }).image,
  }));
  const losses: number[] = [];
  const run = train({ images: chests, size: 32, width: 8, batchSize: 8, steps: 1, seed: 1 });
  for await (const event of run) {
    if (event.type === 'step') losses.push(event.lossD, event.lossG);
    if (event.type === 'end') event.generator.dispose();
  }
  const engine = createTfjsEngine(randomWeights(1), { dims: 64 });
  const { fid } = await computeFid(chests, augmented, { engine });
  engine.dispose();
  return { backend: name, losses, fid };
}
