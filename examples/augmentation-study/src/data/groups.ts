import { type DatasetItem, patientKey } from '@cxr/data';

/**
 * Which images belong together, by file: those of one patient (as `patientKey` tells them apart), and those of one group of duplicates. An image of no known patient stands alone.
 */
export function groupsOf(
  items: readonly DatasetItem[],
  duplicates: readonly { readonly files: readonly string[] }[],
): Map<string, string> {
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    const above = parent.get(name);
    if (above === undefined || above === name) return name;
    const root = rootOf(above);
    parent.set(name, root);
    return root;
  };
  const nameOf = new Map(
    items.map(({ file, patient }) => [
      file,
      patient === undefined ? `file ${file}` : `patient ${patientKey(patient)}`,
    ]),
  );
  for (const { files } of duplicates) {
    const names = files.flatMap((file) => nameOf.get(file) ?? []);
    for (const name of names.slice(1)) parent.set(rootOf(name), rootOf(names[0]!));
  }
  return new Map([...nameOf].map(([file, name]) => [file, rootOf(name)]));
}
