import { useBackend } from '@cxr/backend';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** Puts a WebGPU in place of this machine's, which gives `adapter`. */
function giveAdapter(adapter: object | null): { requestAdapter: ReturnType<typeof vi.fn> } {
  const gpu = { requestAdapter: vi.fn(async () => adapter) };
  vi.stubGlobal('navigator', { gpu, hardwareConcurrency: 2 });
  return gpu;
}

/** Why `auto` does not take webgpu. */
async function reason(): Promise<string | undefined> {
  const { tried } = await useBackend();
  return tried.find(({ name }) => name === 'webgpu')?.reason;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('webgpu', () => {
  it('cannot be used without an adapter', async () => {
    const gpu = giveAdapter(null);
    const message = /^no GPU adapter: is a (Vulkan|graphics) driver installed\?$/;
    expect(await reason()).toMatch(message);
    await expect(useBackend('webgpu')).rejects.toThrow(/^backend webgpu: no GPU adapter: is a /);
    expect(gpu.requestAdapter).toHaveBeenCalledWith({ powerPreference: 'high-performance' });
  });

  it.each([
    [{ isFallbackAdapter: true }, 'fallback'],
    [{ info: { isFallbackAdapter: true, description: 'a processor' } }, 'a processor'],
    [{ info: { vendor: 'google', architecture: 'swiftshader' } }, 'fallback'],
    [{ info: { description: 'llvmpipe (LLVM 15)' } }, 'llvmpipe (LLVM 15)'],
    [{ info: { vendor: 'Microsoft Software' } }, 'fallback'],
  ])('is not chosen by auto on a software adapter: %o', async (adapter, description) => {
    giveAdapter(adapter);
    expect(await reason()).toBe(`only a software adapter: ${description}`);
  });

  it.each([
    ['auto', { info: { vendor: 'nvidia', architecture: 'ada', isFallbackAdapter: false } }],
    ['webgpu', { info: { vendor: 'google', architecture: 'swiftshader' } }],
  ] as const)('is tried, as %s, on %o', async (name, adapter) => {
    giveAdapter(adapter);
    // TensorFlow.js warns, since this adapter has no device.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    if (name === 'auto') expect(await reason()).toBe('TensorFlow.js cannot start it');
    else await expect(useBackend(name)).rejects.toThrow('backend webgpu: TensorFlow.js cannot start it');
    expect(warn).toHaveBeenCalled();
  });
});
