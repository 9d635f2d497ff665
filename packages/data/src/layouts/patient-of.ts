/**
 * The person that a file's name tells of, in the habits of the known sets; undefined where it tells none.
 *
 * - Kermany: `person1_virus_6.jpeg` is `person1`, `IM-0115-0001.jpeg` is `IM-0115`, and
 *   `NORMAL2-IM-0027-0001.jpeg` is `NORMAL2-IM-0027`: a series of its own, numbered anew
 *   (170 `person` numbers come in both train and test as published. Whether they are the same children is told nowhere:
 *   they count as such, which errs on the safe side.)
 * - NIH ChestX-ray14: `00000013_005.png` is `00000013`
 * - CheXpert: `patient00001/study1/view1_frontal.jpg` is `patient00001`
 */
export function patientOf(path: string): string | undefined {
  const name = path.split(/[\\/]/).at(-1)!;
  const kermany = /^(person\d+)_/.exec(name) ?? /^((?:NORMAL\d*-)?IM-\d+)-/.exec(name);
  const nih = /^(\d{8})_\d{3}\./.exec(name);
  const chexpert = /(?:^|[\\/])(patient\d+)[\\/]study\d+[\\/]/.exec(path);
  return (kermany ?? nih ?? chexpert)?.[1];
}
