import { phantoms } from '@cxr/data';
import { type TrainEvent, type TrainOptions, train } from '@cxr/dcgan';

export const images = [...phantoms({ count: 12, seed: 1, size: 32 })];
/** Options of the smallest run. */
export const tiny = { images, size: 32, width: 1, latentDim: 4, batchSize: 4, seed: 5 } as const;

/** All events of a run. */
export async function run(options: Partial<TrainOptions> & { steps: number }): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train({ ...tiny, ...options })) events.push(event);
  return events;
}
