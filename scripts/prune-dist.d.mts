/** The paths under a package's `dist` that no file of its `src` makes, with `/`. */
export function withoutSource(outputs: Iterable<string>, sources: Iterable<string>): string[];
/** The paths of all files of a folder, with `/`; none if it is not there. */
export function filesUnder(folder: string): string[];
/** Deletes the outputs of deleted sources. @returns their paths under `dist` */
export function pruneDist(packageFolder: string): string[];
