import { type BackendRequest, useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { train } from '@cxr/dcgan';
import { type BackendReport, startBackend } from './start-backend.js';

/** Two backends round differently, but not by this share of a first loss. */
const TOLERANCE = 0.01;

/**
 * Starts the backend to train on: WebGPU where there is one, if a first step of training gives the losses that WebAssembly gives, for
 * adapters and drivers are many; else WebAssembly.
 */
export async function startTraining(requested: BackendRequest): Promise<BackendReport> {
  const report = await startBackend(requested);
  if (report.name !== 'webgpu') return report;
  const losses = await firstLosses();
  await useBackend('wasm');
  const expected = await firstLosses();
  const wrong = losses.findIndex((loss, i) => !(Math.abs(loss / expected[i]! - 1) < TOLERANCE));
  if (wrong < 0) return startBackend('webgpu');
  const reason = `a first step has a loss of ${losses[wrong]!.toFixed(3)} there, not ${expected[wrong]!.toFixed(3)}`;
  const { name, text, tried } = await startBackend('wasm');
  return { name, text, tried: [{ name: 'webgpu', ok: false, reason }, ...tried] };
}

async function firstLosses(): Promise<number[]> {
  const images = phantoms({ count: 8, seed: 1, size: 32 });
  const losses: number[] = [];
  for await (const event of train({ images, size: 32, width: 8, batchSize: 8, steps: 1, seed: 1 })) {
    if (event.type === 'step') losses.push(event.lossD, event.lossG);
    if (event.type === 'end') event.generator.dispose();
  }
  return losses;
}
