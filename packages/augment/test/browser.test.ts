import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';

describe('the main entry', () => {
  it('bundles for browsers without any Node built-in', async () => {
    const modules: string[] = [];
    const builtins: string[] = [];
    await build({
      configFile: false,
      logLevel: 'silent',
      root: fileURLToPath(new URL('..', import.meta.url)),
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
    // It did go through the package.
    expect(modules).toContain('./augment.js');
    expect(builtins).toEqual([]);
  });
});
