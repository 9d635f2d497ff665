// A reporter for Stryker, used by mutation.mjs: prints each change that no test noticed as soon as it is known, and each that
// ran out of time. A package takes many minutes; tests can be written meanwhile, and a run that is interrupted is not lost.
import { relative } from 'node:path';

const line = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 100);

class Reporter {
  onMutantTested({ status, fileName, location, replacement, mutatorName }) {
    if (!['Survived', 'NoCoverage', 'Timeout'].includes(status)) return;
    const { line: row, column } = location.start;
    const place = `${relative('.', fileName)}:${row}:${column + 1}-${location.end.line}:${location.end.column + 1}`;
    console.log(`${status} ${place} ${mutatorName} -> ${line(replacement)}`);
  }
}

export const strykerPlugins = [{ kind: 'Reporter', name: 'at-once', injectableClass: Reporter }];
