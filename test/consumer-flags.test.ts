import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { consumerFlags } from '../scripts/consumer-flags.mjs';

it.each([
  [[], { nodes: '', registry: false, rest: [] }],
  [['--node', '20,22'], { nodes: '20,22', registry: false, rest: [] }],
  [['--node=20'], { nodes: '20', registry: false, rest: [] }],
  [['--registry'], { nodes: '', registry: true, rest: [] }],
  [
    ['-t', 'by npm', '--node=24', '--registry', '--reporter=dot', '--retry', '2'],
    { nodes: '24', registry: true, rest: ['-t', 'by npm', '--reporter=dot', '--retry', '2'] },
  ],
])('%j', (words, expected) => {
  expect(consumerFlags(words)).toEqual(expected);
});

it.each([
  [['--node=latest'], '--node takes major versions, such as 20,22,24: latest'],
  [['--node'], '--node takes major versions, such as 20,22,24: none is given'],
  [['--node', '20,'], '--node takes major versions, such as 20,22,24: 20,'],
  [['--registry=here'], '--registry takes no value: here'],
])('refuses %j in a line, before anything is packed', (words, message) => {
  expect(() => consumerFlags(words)).toThrow(new RangeError(message));
  const script = fileURLToPath(new URL('../scripts/check-consumers.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, `${message}\n`]);
});
