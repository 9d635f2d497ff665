import type { AugmentRecord } from '@cxr/augment';
import { OFFERS } from '../worker/offers.js';
import type { Choice } from '../worker/transforms.js';

/** The names of the chosen files; undefined where a phantom takes the place of one. */
interface Sources {
  file: string | undefined;
  reference: string | undefined;
}

/** A module for Node that reads the image, does what the record says, and writes a PNG. */
export function augmentCode(
  { file, reference }: Sources,
  choices: readonly Choice[],
  record: AugmentRecord,
): string {
  const refers = choices.some(({ name }) => OFFERS[name].reference);
  const sources = [
    { name: 'source', file, phantom: '{ seed: 1, size: 256 }' },
    ...(refers
      ? [{ name: 'reference', file: reference, phantom: '{ seed: 2, size: 256, sick: true }' }]
      : []),
  ];
  const read = sources.some(({ file }) => file !== undefined);
  const drawn = sources.some(({ file }) => file === undefined);
  const names = [...new Set(['compose', 'replay', ...choices.map(({ name }) => name)])].sort();
  return [
    `import { ${names.join(', ')} } from '@cxr/augment';`,
    `import { ${['encodePng', ...(drawn ? ['phantom'] : [])].join(', ')} } from '@cxr/data';`,
    `import { ${[...(read ? ['readImage'] : []), 'writeFileAtomic'].join(', ')} } from '@cxr/data/node';`,
    '',
    ...sources.map(({ name, file, phantom }) =>
      file === undefined
        ? `const ${name} = phantom(${phantom});`
        : `const ${name} = await readImage(${JSON.stringify(file)});`,
    ),
    choices.length > 0
      ? `const pipeline = compose([\n${choices.map(step).join('\n')}\n]);`
      : 'const pipeline = compose([]);',
    `const record = ${JSON.stringify({ transform: record.transform, params: record.params })};`,
    'const { image } = replay(pipeline, { image: source }, record);',
    "await writeFileAtomic('augmented.png', encodePng(image));",
    '',
  ].join('\n');
}

function step({ name, options }: Choice): string {
  const entries = Object.entries(options).map(
    ([option, value]) => `${option}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`,
  );
  if (OFFERS[name].reference) entries.push('references: [reference]');
  return `  ${name}(${entries.length > 0 ? `{ ${entries.join(', ')} }` : ''}),`;
}
