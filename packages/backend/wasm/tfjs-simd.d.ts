/** Version of the package whose WebAssembly this is. */
export const version: string;
/** The WebAssembly module, unpacked. */
export function bytes(): Promise<Uint8Array<ArrayBuffer>>;
