import {
  getBackend,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelContext } from './kernel-context.js';

/** The arguments of a tfjs kernel. */
export type KernelArguments = Parameters<KernelFunc>[0];

/** Inputs of a kernel, with those that are never missing. */
export type Given<Inputs> = { [name in keyof Inputs]: TensorInfo };

/** One of our kernels. It returns undefined for arguments that it does not take; then the stock kernel runs, or an error is thrown. */
export interface Kernel {
  name: string;
  /** @param stock the backend's own kernel, if it has one, for those that only change the arguments. */
  run(args: KernelArguments, stock?: KernelFunc): TensorInfo | TensorInfo[] | undefined;
}

/** Makes a kernel; each file of kernels/ has one or more. */
export type KernelMaker = (context: KernelContext) => Kernel;

/** True when our convolution kernels take these tensors: NHWC, float32, not empty. */
export function nhwc(dataFormat: string, ...tensors: TensorInfo[]): boolean {
  return (
    dataFormat === 'NHWC' && tensors.every((t) => t.dtype === 'float32' && util.sizeFromShape(t.shape) > 0)
  );
}

const ours = new Map<string, string>();

/** The stock kernel that each of ours replaces; undefined where there is none. */
const replaced = new WeakMap<KernelFunc, KernelConfig | undefined>();

/** The backend's own kernel, even where ours (or a copy of ours under another backend's name) has replaced it. */
function stockKernel(name: string, backendName: string): KernelConfig | undefined {
  let found: KernelConfig | undefined = getKernel(name, backendName);
  while (found && replaced.has(found.kernelFunc)) found = replaced.get(found.kernelFunc);
  return found;
}

/**
 * Registers `kernel` in place of the backend's own one, which still runs where `kernel` returns undefined.
 *
 * @param source where it comes from, for `sourceOf`; without it `kernel` only checks, and the backend's own one computes.
 */
export function overlay(backendName: string, kernel: Kernel, source?: string): void {
  const stock = stockKernel(kernel.name, backendName);
  const config: KernelConfig = {
    kernelName: kernel.name,
    backendName,
    kernelFunc: (args) => {
      const result = kernel.run(args, stock?.kernelFunc);
      if (result) return result;
      if (stock) return stock.kernelFunc(args);
      throw new RangeError(`${kernel.name} on backend ${backendName} does not take ${describe(args)}`);
    },
    ...(stock?.setupFunc && { setupFunc: stock.setupFunc }),
    ...(stock?.disposeFunc && { disposeFunc: stock.disposeFunc }),
  };
  replaced.set(config.kernelFunc, stock);
  if (getKernel(kernel.name, backendName)) unregisterKernel(kernel.name, backendName);
  registerKernel(config);
  if (source) ours.set(`${backendName} ${kernel.name}`, source);
}

/** The source of one of our kernels; undefined for the backend's own. */
export function sourceOf(backendName: string, kernelName: string): string | undefined {
  return ours.get(`${backendName} ${kernelName}`);
}

/** True when the current backend has a kernel of this name. */
export function has(kernelName: string): boolean {
  return getKernel(kernelName, getBackend()) !== undefined;
}

/** True when the current backend's kernel of this name is ours. */
export function isOurs(kernelName: string): boolean {
  return sourceOf(getBackend(), kernelName) !== undefined;
}

/** True when the current backend's convolution gradients are ours, which take dilations. */
export function takesDilations(): boolean {
  return isOurs('Conv2DBackpropFilter');
}

function describe({ inputs, attrs }: KernelArguments): string {
  const shapes = Object.entries(inputs).map(
    ([name, t]) => `${name} [${(t as TensorInfo | undefined)?.shape}]`,
  );
  return `${shapes.join(', ')}, ${JSON.stringify(attrs)}`;
}
