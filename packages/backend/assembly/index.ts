// Training kernels in WebAssembly SIMD. Every argument is a byte offset into the memory that TensorFlow.js keeps
// its tensors in, or a size; the module owns no memory.
export * from './batch-norm';
export * from './elementwise';
export * from './gemm';
export * from './im2col';
export * from './winograd2';
export * from './winograd3';
export * from './winograd4';
