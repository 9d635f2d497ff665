// node scripts/check-docs.mjs: lists what the packages' entries export without a doc comment, and fails if there is anything. Members
// of exported classes, and of interfaces whose name ends in Options or Config, need one too.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = readdirSync(join(root, 'packages'));

/** The sources of a package's entries: `./dist/x.js` is compiled from `src/x.ts`. */
function entriesOf(name) {
  const folder = join(root, 'packages', name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.values(exports)
    .map((target) => (typeof target === 'string' ? target : (target.default ?? target.import)))
    .filter((target) => /^\.\/dist\/.*\.js$/.test(target))
    .map((target) => join(folder, target.replace('./dist/', 'src/').replace(/\.js$/, '.ts')));
}

const entries = packages.flatMap(entriesOf);
const program = ts.createProgram(entries, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ESNext,
  noEmit: true,
});
const checker = program.getTypeChecker();

function isDocumented(symbol) {
  return (
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== '' ||
    symbol.getJsDocTags(checker).length > 0
  );
}

/** Public members of a class or of an interface of options, each with its declaration. */
function membersOf(symbol) {
  const declaration = symbol.declarations?.find(
    (one) => ts.isInterfaceDeclaration(one) || ts.isClassDeclaration(one),
  );
  if (declaration === undefined) return [];
  if (ts.isInterfaceDeclaration(declaration) && !/(Options|Config)$/.test(symbol.name)) return [];
  return declaration.members
    .filter(
      (member) =>
        !(ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Override)),
    )
    .filter((member) => member.name !== undefined && !ts.isPrivateIdentifier(member.name))
    .map((member) => checker.getSymbolAtLocation(member.name))
    .filter((member) => member !== undefined);
}

function placeOf(symbol) {
  const declaration = symbol.declarations[0];
  const file = declaration.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart());
  return `${relative(root, file.fileName).split(sep).join('/')}:${line + 1}`;
}

const missing = new Set();
let count = 0;
for (const entry of entries) {
  const source = program.getSourceFile(entry);
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    // What another package exports is checked there.
    if (!symbol.declarations?.some((one) => one.getSourceFile().fileName.startsWith(dirname(entry))))
      continue;
    for (const [name, one] of [
      [symbol.name, symbol],
      ...membersOf(symbol).map((member) => [`${symbol.name}.${member.name}`, member]),
    ]) {
      count++;
      if (!isDocumented(one)) missing.add(`${placeOf(one)} ${name}`);
    }
  }
}
for (const line of [...missing].sort()) console.error(`no doc comment: ${line}`);
console.error(`${missing.size} of ${count} exported names and members are not documented`);
process.exitCode = missing.size === 0 ? 0 : 1;
