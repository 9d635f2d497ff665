/** The metrics that compare each image with each other, for the `growth` bench: for each line on its input, one of them from synthetic activations. */
import { createInterface } from 'node:readline';
import { kid, prdc } from '@cxr/fid';
import { stopwatch } from './bench.js';
import { activationsLike } from './distance.js';

interface Task {
  metric: 'prdc' | 'kid' | 'kid of subsets';
  /** Images of each set. */
  count: number;
  dims: number;
}

const { metric, count, dims } = JSON.parse(process.argv[2]!) as Task;

console.log('@cxr/fid');
for await (const _ of createInterface({ input: process.stdin })) {
  const [reals, fakes] = [activationsLike(count, dims, 0), activationsLike(count, dims, 1)];
  const seconds = stopwatch('processor');
  if (metric === 'prdc') prdc(reals, fakes);
  else if (metric === 'kid') kid(reals, fakes, { subsetSize: count });
  else kid(reals, fakes);
  console.log(seconds());
}
console.log(process.resourceUsage().maxRSS / 1024);
