import type { AugmentRecord } from '@cxr/augment';
import type { Choice } from '../worker/transforms.js';

/** A module for Node that reads the image, does what the record says, and writes a PNG. */
export function augmentCode(
  file: string | undefined,
  choices: readonly Choice[],
  record: AugmentRecord,
): string {
  const names = [...new Set(['compose', 'replay', ...choices.map(({ name }) => name)])].sort();
  const steps = choices.map(({ name, options }) => `  ${name}(${literal(options)}),`);
  const source = file
    ? [
        "import { readImage, writeFileAtomic } from '@cxr/data/node';",
        `await readImage(${JSON.stringify(file)})`,
      ]
    : ["import { writeFileAtomic } from '@cxr/data/node';", 'phantom({ seed: 1, size: 256 })'];
  const data = file ? ['encodePng'] : ['encodePng', 'phantom'];
  return [
    `import { ${names.join(', ')} } from '@cxr/augment';`,
    `import { ${data.join(', ')} } from '@cxr/data';`,
    source[0],
    '',
    steps.length > 0
      ? `const pipeline = compose([\n${steps.join('\n')}\n]);`
      : 'const pipeline = compose([]);',
    `const record = ${JSON.stringify({ transform: record.transform, params: record.params })};`,
    `const source = ${source[1]};`,
    'const { image } = replay(pipeline, { image: source }, record);',
    "await writeFileAtomic('augmented.png', encodePng(image));",
    '',
  ].join('\n');
}

function literal(options: Readonly<Record<string, number>>): string {
  const entries = Object.entries(options).map(([name, value]) => `${name}: ${value}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '';
}
