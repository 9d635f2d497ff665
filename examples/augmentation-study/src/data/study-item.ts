/** A labelled image of the study. */
export interface StudyItem {
  readonly file: string;
  /** The number of its class. */
  readonly label: number;
  /** Images with the same text never fall into different parts: one patient, or copies of one image. */
  readonly group: string;
}

/** How many items each class has. */
export function countClasses(items: readonly { readonly label: number }[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { label } of items) counts[label]!++;
  return counts;
}
