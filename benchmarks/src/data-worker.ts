// Ours of `bench data`: for each line of input one pass over the files; see peers/data.py.
import { createInterface } from 'node:readline';
import { streamBatches } from '@cxr/data/node';

const { files, ...options } = JSON.parse(process.argv[2]!) as {
  files: string[];
  size: number;
  batchSize: number;
  workers: number;
};
const batches = streamBatches(files, { ...options, channels: 3, epochs: Number.MAX_SAFE_INTEGER });
console.log('@cxr/data streamBatches');
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  for (let count = 0; count < files.length; ) {
    const { value } = await batches.next();
    count += value!.indices.length;
  }
  console.log((performance.now() - start) / 1000);
}
await batches.return();
console.log(process.resourceUsage().maxRSS / 1024);
