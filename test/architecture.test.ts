import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which packages each package may import; the map of CONTRIBUTING.md. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  image: [],
  cli: ['image'],
  report: [],
  data: ['image', 'cli'],
  augment: ['image', 'cli', 'data', 'report'],
  backend: ['image'],
  dcgan: ['image', 'data', 'backend', 'cli', 'report'],
  fid: ['image', 'data', 'backend', 'cli', 'report'],
};

/** What only a command line may import: the library itself does without. */
const COMMAND_LINE_ONLY: Record<string, readonly string[]> = {
  data: ['cli'],
  augment: ['cli', 'data', 'report'],
  dcgan: ['cli', 'report'],
  fid: ['cli'],
};

interface Import {
  /** As it is written. */
  specifier: string;
  typeOnly: boolean;
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const specifier = (node.moduleSpecifier as ts.StringLiteral).text;
      const typeOnly = ts.isImportDeclaration(node)
        ? (node.importClause?.isTypeOnly ?? false)
        : node.isTypeOnly;
      found.push({ specifier, typeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push({ specifier: argument.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const packages = readdirSync(join(root, 'packages'));
const sources = packages.flatMap((name) =>
  sourcesOf(join(root, 'packages', name, 'src')).map((file) => ({ name, file, imports: importsOf(file) })),
);
const where = (file: string): string => relative(root, file);

describe('the map', () => {
  it('lists every package', () => {
    expect(packages).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('is kept: arrows point one way, and no package reaches into another', () => {
    const wrong = sources.flatMap(({ name, file, imports }) =>
      imports.flatMap(({ specifier }) => {
        const [, other, deeper] = /^@cxr\/([^/]+)(\/.+)?$/.exec(specifier) ?? [];
        const climbs =
          specifier.startsWith('.') &&
          !resolve(dirname(file), specifier).startsWith(join(root, 'packages', name));
        if (climbs) return [`${where(file)} leaves its package: ${specifier}`];
        if (other === undefined) return [];
        if (!MAY_IMPORT[name]!.includes(other))
          return [`${where(file)}: ${name} may not import ${specifier}`];
        if (deeper !== undefined && !['/node', '/onnx'].includes(deeper))
          return [`${where(file)} reaches into ${specifier}`];
        const isCommand = /\/src\/cli[/.]/.test(file);
        if (!isCommand && COMMAND_LINE_ONLY[name]?.includes(other)) {
          return [`${where(file)}: only the command line of ${name} may import ${specifier}`];
        }
        return [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps TensorFlow.js out of image, data and augment', () => {
    const wrong = sources
      .filter(({ name }) => ['image', 'cli', 'data', 'augment'].includes(name))
      .filter(({ imports }) => imports.some(({ specifier }) => specifier.startsWith('@tensorflow/')));
    expect(wrong.map(({ file }) => where(file))).toEqual([]);
  });

  it('has no circle of files, not even of types', () => {
    const edges = new Map(
      sources.map(({ file, imports }) => [
        file,
        imports
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => resolve(dirname(file), specifier).replace(/\.js$/, '.ts')),
      ]),
    );
    expect(circles(edges).map((circle) => circle.map(where))).toEqual([]);
  });
});

/** One circle for each file at which a depth-first walk comes back to its own path. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[][] = [];
  const walk = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of edges.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  };
  for (const file of edges.keys()) walk(file);
  return found;
}
