import { registerWebgpuKernels } from '../kernels/webgpu/index.js';
import type { Backend, StartOptions } from './backend.js';
import { nodeRequire, resolvePeer } from './platform.js';

/** The part of WebGPU's interface that is used here; its full types are a separate package. */
interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

interface Adapter {
  isFallbackAdapter?: boolean;
  info?: { vendor?: string; architecture?: string; description?: string; isFallbackAdapter?: boolean };
}

/** TensorFlow.js on the graphics processor: by the browser's WebGPU, or in Node by the package `webgpu`. */
export const webgpu: Backend = {
  stock: '@tensorflow/tfjs-backend-webgpu',
  async start({ requested }: StartOptions) {
    const gpu = await findGpu(requested);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error(noAdapter());
    if (isSoftware(adapter) && !requested) {
      throw new Error(`only a software adapter: ${adapter.info?.description ?? 'fallback'}`);
    }
    const require = nodeRequire();
    if (!require) {
      await loadForBrowsers();
      registerWebgpuKernels();
      return 'webgpu';
    }
    // The backend reads `navigator.gpu` when it is loaded.
    if (!scope.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    if (!scope.navigator?.gpu) {
      Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
    }
    require(resolvePeer(require, '@tensorflow/tfjs-backend-webgpu', PACKAGES));
    registerWebgpuKernels();
    return 'webgpu';
  },
  limitation: () => ('OffscreenCanvas' in globalThis ? undefined : 'no dataSync() here: await data()'),
};

async function loadForBrowsers(): Promise<void> {
  // An optional peer: inside `try`, bundlers only warn where it is not installed.
  try {
    await import('@tensorflow/tfjs-backend-webgpu');
  } catch (cause) {
    throw new Error('@tensorflow/tfjs-backend-webgpu is not in the bundle: install it', { cause });
  }
}

/** What WebGPU takes in Node. */
const PACKAGES = 'webgpu @tensorflow/tfjs-backend-webgpu@4.22.0';

/** Why there is no adapter, as far as it is known. */
function noAdapter(): string {
  if (!nodeRequire()) return 'WebGPU finds no graphics processor here';
  const driver = process.platform === 'linux' ? 'Vulkan' : 'graphics';
  return `no GPU adapter: is a ${driver} driver installed?`;
}

const scope = globalThis as { navigator?: { gpu?: Gpu } };

/** True for a graphics processor emulated on the CPU: correct, but slower than computing on the CPU directly. */
function isSoftware({ isFallbackAdapter, info }: Adapter): boolean {
  const words = `${info?.vendor} ${info?.architecture} ${info?.description}`;
  return isFallbackAdapter || info?.isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(words);
}

async function findGpu(requested: boolean): Promise<Gpu> {
  if (scope.navigator?.gpu) return scope.navigator.gpu;
  const require = nodeRequire();
  if (!require) throw new Error('this browser has no WebGPU');
  const { pathToFileURL } = require('node:url') as typeof import('node:url');
  const place = pathToFileURL(resolvePeer(require, 'webgpu', PACKAGES)).href;
  // Dawn and the drivers print warnings where there is no graphics hardware, so they are not loaded there.
  if (!requested && !hasDevice(require)) throw new Error('this machine shows no graphics device');
  const dawn = (await import(/* @vite-ignore */ place)) as { create(flags: string[]): Gpu; globals: object };
  Object.assign(globalThis, dawn.globals);
  return dawn.create([]);
}

/** False on a Linux machine that has none of the device files of graphics drivers. */
function hasDevice(require: NodeJS.Require): boolean {
  if (process.platform !== 'linux') return true;
  const { readdirSync } = require('node:fs') as typeof import('node:fs');
  const names = (folder: string): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  // NVIDIA, Windows Subsystem for Linux, Qualcomm and ARM Mali; the drivers of the kernel itself are in /dev/dri.
  const own = /^(nvidia\d+|dxg|kgsl-3d\d|mali\d+)$/;
  return (
    names('/dev/dri').some((name) => name.startsWith('renderD')) ||
    names('/dev').some((name) => own.test(name))
  );
}
