import { checkText } from '@cxr/image';

/** Names of files, after the last folder, in which the first group is the person. */
const FILES: readonly RegExp[] = [
  // Kermany: person1_virus_6.jpeg; IM-0115-0001.jpeg; NORMAL2-IM-0027-0001.jpeg, a series of its own, numbered anew.
  // (170 `person` numbers come in both train and test as published. Whether they are the same children is not known: they
  // count as such, which errs on the safe side.)
  /^(person\d+)_/i,
  /^((?:NORMAL\d*-)?IM-\d+)-/i,
  // Kermany's later edition, its eyes too: BACTERIA-1008087-0001.jpeg. The number is the person's, the word the disease.
  /^(?:BACTERIA|VIRUS|NORMAL|PNEUMONIA|CNV|DME|DRUSEN)-(\d+)-\d+\./i,
  // NIH ChestX-ray14: 00000013_005.png.
  /^(\d{8})_\d{3}[._]/,
  // RSNA names a file by its patient: 0004cfab-14fd-4e49-80ba-63a80b6bddd6.dcm.
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.|$)/i,
  // Open-i: CXR1000_IM-0003-1001.png, CXR1_1_IM-0001-3001.png; on Kaggle 1_IM-0001-3001.dcm.png. Each report is another person's.
  /^((?:CXR)?\d+)(?:_\d+)?_IM-\d+/i,
  // Montgomery and Shenzhen, and their masks: MCUCXR_0001_0.png, CHNCXR_0001_0_mask.png.
  /^((?:MCU|CHN)CXR_\d+)_\d[._]/i,
  // JSRT, one image of each person: JPCLN001.png with a nodule, JPCNN001.png without.
  /^(JPC[LN]N\d{3})(?![0-9a-z])/i,
  // RICORD, also as part of COVIDx: MIDRC-RICORD-1C-419639-000001-46647-0.png.
  /^(MIDRC-RICORD-\d[A-Z]-\d+-\d+)-/i,
  // BIDS, used by BIMCV: sub-S03047_ses-E06026_run-1_bp-chest_cr.png.
  /^(sub-[0-9a-z]+)_/i,
];

/** Folders named by the person, and what follows them. */
const FOLDERS: readonly RegExp[] = [
  // CheXpert: patient00001/study1/view1_frontal.jpg.
  /(?:^|\/)(patient\d+)\//i,
  // MIMIC-CXR: p10/p10000032/s50414267/02aa804e-….jpg. Its tables and DICOM files have the number alone.
  /(?:^|\/)p(\d+)\/s\d+(?:\/|$)/i,
  /(?:^|\/)(sub-[0-9a-z]+)\//i,
  // BRAX: id_d4fe6ae0-bf6aa7f0-…/Study_…/Series_…/image-….png.
  /(?:^|\/)(id_[0-9a-f-]{8,})\/Study_/i,
];

/**
 * The patient that a file's path names, by the naming schemes of known data sets: Kermany, NIH ChestX-ray14, CheXpert, MIMIC-CXR,
 * RSNA, Open-i, Montgomery, Shenzhen, JSRT, RICORD, BRAX, BIMCV. Undefined if the path names none, as in VinDr-CXR, PadChest (whose table
 * does), the COVID-19 Radiography Database and most of COVIDx.
 * @throws TypeError unless `path` is a string.
 */
export function patientOf(path: string): string | undefined {
  checkText('path', path);
  const plain = path.replaceAll('\\', '/');
  const name = plain.slice(plain.lastIndexOf('/') + 1);
  for (const pattern of FOLDERS) {
    const found = pattern.exec(plain)?.[1];
    if (found !== undefined) return numbered(found);
  }
  for (const pattern of FILES) {
    const found = pattern.exec(name)?.[1];
    if (found !== undefined) return numbered(found);
  }
  return undefined;
}

/** `Person1` and `person1` are one person. */
function numbered(patient: string): string {
  return /^(person|patient)\d+$/i.test(patient) ? patient.toLowerCase() : patient;
}

/**
 * Patients with the same key count as one person: capital letters and zeros before a number make no difference. So NIH's
 * `00000001` of a file's name is the `1` of its table. Two persons taken for one only make a split coarser; one taken for two
 * would leak.
 * @throws TypeError unless `patient` is a string.
 */
export function patientKey(patient: string): string {
  checkText('patient', patient);
  return patient
    .trim()
    .toLowerCase()
    .replace(/0*(\d+)/g, '$1');
}

/** Folders that stand for a person or a visit, or hold files of any kind: no classes. */
export function isNoClass(folder: string): boolean {
  return (
    /^(patient\d+|study\d+|p\d+|s\d{3,}|sub-[0-9a-z]+|ses-[0-9a-z]+|mod-[a-z]+)$/i.test(folder) ||
    /^(id_[0-9a-f-]{8,}|(study|series)_[\d.]+)$/i.test(folder) ||
    /^(files|images?(_\d+)?|png|jpe?g|dicom|dcm)$/i.test(folder)
  );
}
