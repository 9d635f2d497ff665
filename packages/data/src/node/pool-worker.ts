import { parentPort, workerData } from 'node:worker_threads';
import { CxrFileError } from '@cxr/image';
import { CLOSE, type PoolReply, pathToTask } from './pool-task.js';

const task = pathToTask(workerData as string);
// Each job reports it; before the first job it must not end the thread.
task.catch(() => {});

async function work(id: number, item: unknown): Promise<void> {
  try {
    const value = await (await task)(item);
    answer({ id, value }, buffersOf(value));
  } catch (error) {
    answer(failure(id, error));
  }
}

function failure(id: number, error: unknown): PoolReply {
  if (!(error instanceof CxrFileError)) return { id, fault: error };
  const { code, reason, file } = error;
  return { id, error: { code, reason, file } };
}

function answer(reply: PoolReply, moved: ArrayBuffer[] = []): void {
  try {
    parentPort?.postMessage(reply, moved);
  } catch (error) {
    // Neither every value nor every error can be cloned.
    const text = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id: reply.id, fault: new Error(`a result that cannot be sent: ${text}`) });
  }
}

/** The buffers to move: of the value itself or of its properties. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = ArrayBuffer.isView(value) ? [value] : Object.values(value);
  const buffers = parts
    .filter((part): part is ArrayBufferView => ArrayBuffer.isView(part))
    // A small view of a large buffer, such as Node's pool for small files, is copied instead.
    .filter(({ buffer, byteLength }) => buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
  return [...new Set(buffers)];
}

const inHand = new Set<Promise<void>>();

parentPort?.on('message', async (message: { id: number; item: unknown } | typeof CLOSE) => {
  if (message === CLOSE) {
    // Jobs that still run need the port for their replies. After it is closed, and with no job left, the thread ends by itself.
    await Promise.allSettled(inHand);
    parentPort?.close();
    return;
  }
  const job = work(message.id, message.item);
  inHand.add(job);
  await job;
  inHand.delete(job);
});
