// The inner loops for 8-bit images in WebAssembly SIMD. Every pointer is a byte offset into the memory that the module
// imports, laid out by simdModule of @cxr/image; the module owns none. Some loops read or write up to 16 bytes beyond an end.
export * from './blur';
export * from './clahe';
export * from './color';
export * from './copy';
export * from './levels';
export * from './neighbours';
export * from './warp';
export * from './warp-image';
