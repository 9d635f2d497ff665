/** What is wrong with a package that is to be published, from its files by their paths; empty if nothing is. */
export function faultsOf(files: ReadonlyMap<string, Uint8Array>): string[];
