/** Packs them into `folder`, and returns the paths of the tarballs by package name. @throws Error with what pnpm says. */
export function packAll(folder: string): Map<string, string>;
/** The files of a tarball by their paths in the package. */
export function filesOf(tarball: string): Map<string, Uint8Array>;
