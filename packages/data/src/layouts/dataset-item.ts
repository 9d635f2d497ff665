/** An image of a data set and what is known of it without opening it. */
export interface DatasetItem {
  /** The file's path, or its name in an archive. */
  file: string;
  /** Its classes: one as a rule, several where findings are listed, none where nothing is said. */
  labels: string[];
  /** Findings that are neither there nor not, where a data set says so. */
  uncertain?: string[];
  /** train, val or test, where the data set is dealt out already. */
  part?: string;
  /** Whom it shows: the same text for the same person. */
  patient?: string;
}
