import { parseArgs } from 'node:util';

const OPTIONS = { node: { type: 'string' }, registry: { type: 'boolean' } };

/**
 * The flags of `npm run check:consumers`, each as two words or with `=`; all other words are for vitest.
 * @param words the words after the command
 * @returns `nodes`, major versions with commas between, '' without any; `registry`; `rest`, the words for vitest
 * @throws RangeError naming a wrong value
 */
export function consumerFlags(words) {
  // Flags of vitest are unknown here, and stay as they are.
  const { values, tokens } = parseArgs({
    args: words,
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const { node: nodes = '', registry = false } = values;
  if (typeof nodes !== 'string' || !/^(\d+(,\d+)*)?$/.test(nodes)) {
    throw new RangeError(
      `--node takes major versions, such as 20,22,24: ${typeof nodes === 'string' ? nodes : 'none is given'}`,
    );
  }
  if (typeof registry !== 'boolean') throw new RangeError(`--registry takes no value: ${registry}`);
  const ours = tokens.filter(({ kind, name }) => kind === 'option' && Object.hasOwn(OPTIONS, name));
  const taken = new Set(
    ours.flatMap(({ index, inlineValue }) => (inlineValue === false ? [index, index + 1] : [index])),
  );
  return { nodes, registry, rest: words.filter((_, index) => !taken.has(index)) };
}
