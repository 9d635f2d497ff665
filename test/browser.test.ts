import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';

/** A module of each package, to see that the bundler did go through it. */
const PACKAGES = [
  ['augment', './augment.js'],
  ['data', './decode-image.js'],
  ['fid', './compute-fid.js'],
] as const;

/** TensorFlow.js and its seedrandom mention some, which their package.json takes out for browsers. */
const EXEMPT: Partial<Record<string, RegExp>> = { fid: /@tensorflow|seedrandom/ };

describe('the main entry', () => {
  it.each(PACKAGES)('of %s bundles for browsers without any Node built-in', async (name, module) => {
    const modules: string[] = [];
    const builtins: string[] = [];
    await build({
      configFile: false,
      logLevel: 'silent',
      root: fileURLToPath(new URL(`../packages/${name}`, import.meta.url)),
      resolve: { conditions: ['@cxr/source', 'browser', 'import', 'default'] },
      build: { write: false, minify: false, lib: { entry: 'src/index.ts', formats: ['es'] } },
      plugins: [
        {
          name: 'find-built-ins',
          enforce: 'pre',
          resolveId(source, importer) {
            modules.push(source);
            if (source.startsWith('node:') || builtinModules.includes(source))
              builtins.push(`${source} from ${importer}`);
            return null;
          },
        },
      ],
    });
    expect(modules).toContain(module);
    expect(builtins.filter((found) => !EXEMPT[name]?.test(found))).toEqual([]);
  });
});
