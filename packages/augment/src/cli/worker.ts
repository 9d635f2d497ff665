import { parentPort, workerData } from 'node:worker_threads';
import { type Job, perform, type Task } from './task.js';

const job = workerData as Job;

parentPort!.on('message', async (task: Task) => {
  parentPort!.postMessage(await perform(job, task));
});
