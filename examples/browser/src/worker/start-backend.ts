import { type BackendRequest, type Trial, useBackend } from '@cxr/backend';

/** What a thread of the page computes on. */
export interface BackendReport {
  name: string;
  /** In words: `WebAssembly, 2 threads`. */
  text: string;
  tried: Trial[];
}

const WORDS: Readonly<Record<string, string>> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'plain JavaScript, about a hundred times slower than WebAssembly',
};

/** Starts the fastest backend that this browser has, or the one asked for, and says which. */
export async function startBackend(name: BackendRequest = 'auto'): Promise<BackendReport> {
  const choice = await useBackend(name);
  const words = WORDS[choice.name] ?? choice.name;
  const threads = choice.name === 'wasm' ? `, ${threadsIn(choice.kernels())}` : '';
  return { name: choice.name, text: words + threads, tried: choice.tried };
}

function threadsIn(kernels: readonly { source: string }[]): string {
  const [count] = kernels.flatMap(({ source }) => /\d+ threads/.exec(source) ?? []);
  return count ?? '1 thread';
}
