/** An image of a data set and what is known of it without opening it. */
export interface DatasetItem {
  /** The file's path, or its name in an archive. */
  file: string;
  /** Its classes: usually one, several for lists of findings, none if unknown. */
  labels: string[];
  /** Findings that are neither there nor not, where a data set says so. */
  uncertain?: string[];
  /** train, val or test, if the data set comes in parts. */
  part?: string;
  /** Whom it shows: the same text for the same person, capitals and zeros before a number aside. */
  patient?: string;
}
