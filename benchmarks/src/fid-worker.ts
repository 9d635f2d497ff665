/** The FID for the `growth` bench: for each line on its input, two sets of images from files, the statistics and the distance. */
import { createInterface } from 'node:readline';
import { listImages, readImages } from '@cxr/data/node';
import { frechetDistance, type InceptionEngine, randomWeights, Statistics, statistics } from '@cxr/fid';
import { createEngine, loadWeights } from '@cxr/fid/node';
import { stopwatch } from './bench.js';
import { activationsLike } from './distance.js';

/** Either images of folders, taken again from the first where there are fewer than `count`, or activations without a network. */
interface Task {
  count: number;
  dims: 768 | 2048;
  folders?: string[] | undefined;
  weights?: string | undefined;
}

const { count, dims, folders, weights } = JSON.parse(process.argv[2]!) as Task;
const BATCH = 500;

const files = (await Promise.all((folders ?? []).map((folder) => listImages(folder)))).flat();
const engine = folders && (await createEngine(await loaded(), { dims }));
console.log('@cxr/fid');
for await (const _ of createInterface({ input: process.stdin })) {
  let seconds = 0;
  const [a, b] = [await half(0), await half(1)];
  const distance = stopwatch('processor');
  frechetDistance(a, b);
  seconds += distance();
  console.log(seconds);

  /** Statistics of half the images. */
  async function half(which: number): Promise<Statistics> {
    if (engine) return await ofFiles(engine, which);
    const found = Statistics.empty(dims);
    for (let done = 0; done < count / 2; done += BATCH) {
      const rows = activationsLike(Math.min(BATCH, count / 2 - done), dims, which + done);
      const adding = stopwatch('processor');
      found.add(rows);
      seconds += adding();
    }
    return found;
  }

  async function ofFiles(network: InceptionEngine, which: number): Promise<Statistics> {
    const reading = stopwatch('processor');
    const chosen = Array.from({ length: count / 2 }, (_, i) => files[(2 * i + which) % files.length]!);
    const found = await statistics(readImages(chosen), network);
    seconds += reading();
    return found;
  }
}
console.log(process.resourceUsage().maxRSS / 1024);
process.exit(0);

async function loaded() {
  return weights ? await loadWeights(weights) : randomWeights(1);
}
