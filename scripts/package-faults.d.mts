/**
 * What is wrong with a package that is to be published, from its files by their paths; empty if nothing is.
 * @param sources the paths of the files of its `src`
 */
export function faultsOf(files: ReadonlyMap<string, Uint8Array>, sources: Iterable<string>): string[];
