import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';

/** The part of TensorFlow.js's webgpu backend that is used here. Its types leave it out; the peer's version is therefore exact. */
export interface Gpu {
  device: {
    createShaderModule(of: { code: string; label: string }): object;
    createComputePipeline(of: {
      compute: { module: object; entryPoint: string };
      label: string;
      layout: 'auto';
    }): object;
  };
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  /** What is in a tensor's buffer: after a cast still what was there before, such as integers for a `float32`. */
  tensorMap: { get(dataId: object): { dtype: DataType } };
  /** Gives a tensor a buffer, with its values if they are on the CPU. */
  uploadToGPU(dataId: object): void;
  /** Frees a tensor once the programs that use it have run. */
  disposeData(dataId: object): boolean;
  /** Binds output, inputs and uniforms in this order, and submits after some number of programs. */
  recordAndSubmit(
    program: { pipeline: object; dispatch: number[]; pixelsOpType: 'ours' },
    output: TensorInfo,
    inputs: TensorInfo[],
    uniforms: { type: 'float32'; data: number[] }[],
  ): void;
}

/** A shader, and what it is run on. */
export interface Run {
  /** Its name, and everything that `code` depends on. */
  key: string;
  /** The functions and constants of the shader: see `elementwise`, or write `main`. */
  code(): string;
  /** New tensors by their names in the shader, `array<f32>` each. */
  outputs: Record<string, TensorInfo>;
  /** Tensors that it reads, likewise; none of them an output. */
  inputs: Record<string, TensorInfo>;
  /** Numbers that change from run to run, as `settings.NAME`. @default none */
  settings?: Record<string, number> | undefined;
  /** Workgroups along each axis. */
  groups: [number, number, number];
}

/** Threads of a workgroup: the most that WebGPU allows unless more are asked for. */
export const THREADS = 256;

/** Workgroups along an axis: the most that WebGPU allows. */
export const MAX_GROUPS = 65_535;

const pipelines = new WeakMap<object, Map<string, object>>();

/** Runs a shader, in order with the backend's own. All tensors are float32 and none is empty. */
export function run(gpu: Gpu, of: Run): void {
  const copies: TensorInfo[] = [];
  const inputs = Object.fromEntries(
    Object.entries(of.inputs).map(([name, t]) => {
      if (gpu.tensorMap.get(t.dataId).dtype === 'float32') return [name, t];
      const copy = make(gpu, t.shape)[0]!;
      start(gpu, { ...TO_FLOATS, outputs: { y: copy }, inputs: { x: t }, groups: groupsOver(t) }, 'i32');
      copies.push(copy);
      return [name, copy];
    }),
  );
  start(gpu, { ...of, inputs });
  for (const { dataId } of copies) gpu.disposeData(dataId);
}

/** What integers and booleans are read with. */
const TO_FLOATS = { key: 'floats of integers', code: () => elementwise('y', 'y[i] = f32(x[i]);') };

function start(
  gpu: Gpu,
  { key, code, outputs, inputs, settings = {}, groups }: Run,
  typeOfInputs: 'f32' | 'i32' = 'f32',
): void {
  const tensors = [...Object.values(outputs), ...Object.values(inputs)];
  for (const { dataId } of tensors) gpu.uploadToGPU(dataId);
  const ofDevice = pipelines.get(gpu.device) ?? new Map<string, object>();
  pipelines.set(gpu.device, ofDevice);
  let pipeline = ofDevice.get(key);
  if (!pipeline) {
    const names = [Object.keys(outputs), Object.keys(inputs), Object.keys(settings)] as const;
    const module = gpu.device.createShaderModule({
      code: `${declare(...names, typeOfInputs)}\n${code()}`,
      label: key,
    });
    const compute = { module, entryPoint: 'main' };
    pipeline = gpu.device.createComputePipeline({ compute, label: key, layout: 'auto' });
    ofDevice.set(key, pipeline);
  }
  const [first, ...others] = tensors as [TensorInfo, ...TensorInfo[]];
  // With a `pixelsOpType` the only uniform that the backend adds is the strides of the output: a single 1 for one axis.
  gpu.recordAndSubmit(
    { pipeline, dispatch: groups, pixelsOpType: 'ours' },
    { ...first, shape: [1] },
    others,
    Object.values(settings).map((value) => ({ type: 'float32', data: [value] })),
  );
}

function declare(
  outputs: readonly string[],
  inputs: readonly string[],
  settings: readonly string[],
  typeOfInputs: string,
): string {
  const buffers = [...outputs, ...inputs].map((name, i) => {
    const [access, type] = i < outputs.length ? ['read_write', 'f32'] : ['read', typeOfInputs];
    return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`;
  });
  const fields = settings.map((name) => `${name}: f32,`).join(' ');
  return [
    ...buffers,
    `struct Settings { strides: i32, ${fields} }`,
    `@group(0) @binding(${buffers.length}) var<uniform> settings: Settings;`,
  ].join('\n');
}

/** The first statement of `main`: a binding that nothing uses would be left out of the layout. */
export const USE_SETTINGS = '_ = settings.strides;';

/** A shader that does `body` for each element i of `over`. */
export function elementwise(over: string, body: string): string {
  return `
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  ${USE_SETTINGS}
  for (var i = id.x; i < arrayLength(&${over}); i += groups.x * ${THREADS}u) {
    ${body}
  }
}`;
}

/** Workgroups for `elementwise` over a tensor. */
export function groupsOver(t: TensorInfo): [number, number, number] {
  return [Math.min(Math.ceil(util.sizeFromShape(t.shape) / THREADS), MAX_GROUPS), 1, 1];
}

/** New tensors of these shapes. */
export function make(gpu: Gpu, ...shapes: readonly (readonly number[])[]): TensorInfo[] {
  return shapes.map((shape) => gpu.makeTensorInfo([...shape], 'float32'));
}

/** True when these are all float32 and not empty. */
export function takes(...tensors: TensorInfo[]): boolean {
  return tensors.every(({ dtype, shape }) => dtype === 'float32' && util.sizeFromShape(shape) > 0);
}
