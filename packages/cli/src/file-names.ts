import { createHash } from 'node:crypto';

/**
 * Names for files, one for each of these names, of classes for instance, in their order: signs other than letters, digits, `_`, `.` and `-`
 * become `_`, and where two would then be the same, capitals or not, each gets a hash of its own.
 */
export function fileNames(names: readonly string[]): string[] {
  const plain = names.map((name) => name.replace(/[^\w.-]/g, '_'));
  return plain.map((name, i) => {
    const same = plain.filter((other) => other.toLowerCase() === name.toLowerCase());
    if (same.length === 1) return name;
    return `${name}-${createHash('sha256').update(names[i]!).digest('hex').slice(0, 12)}`;
  });
}
