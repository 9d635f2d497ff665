/** Sizes in bytes, or numbers of things, by name. */
export interface Sizes {
  [name: string]: number | Sizes;
}
/** What a package costs to install, import and bundle. */
export function sizesOf(folder: string): Promise<Sizes>;
/** The shortest of three imports of each entry, in milliseconds. */
export function importMilliseconds(folder: string): Record<string, number>;
/** One line for each size that is not as it was, within the tolerance. */
export function sizeDifferences(kept: Sizes, now: Sizes): string[];
