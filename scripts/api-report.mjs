import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const NOT_REPORTED = { default: { logLevel: 'none' } };

/**
 * What a package exports: the declarations of each entry of its `exports`, sorted, without comments, as Markdown.
 * Read from the built `.d.ts` files.
 * @param folder the package's folder, absolute
 */
export function apiReport(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const sections = Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([entry, { types }]) => {
      const code = declarations(folder, join(folder, types));
      return `## ${name}${entry.slice(1)}\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
    });
  return `# What ${name} exports\n\nWritten by \`npm run api\`. A change here is a change for users.\n\n${sections.join('\n')}`;
}

/** The declarations that one entry exports, and those that they refer to. */
function declarations(folder, entry) {
  const out = mkdtempSync(join(tmpdir(), 'cxr-api-'));
  try {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: folder,
        mainEntryPointFilePath: entry,
        newlineKind: 'lf',
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2022',
              module: 'nodenext',
              strict: true,
              skipLibCheck: true,
              types: ['node'],
            },
            files: [entry],
          },
        },
        apiReport: {
          enabled: true,
          reportFolder: out,
          reportTempFolder: join(out, 'temporary'),
          reportFileName: 'report',
          includeForgottenExports: true,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: { extractorMessageReporting: NOT_REPORTED, tsdocMessageReporting: NOT_REPORTED },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(folder, 'package.json'),
    });
    const errors = [];
    const { succeeded } = Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        if (message.logLevel === 'error') errors.push(message.text);
        message.handled = true;
      },
    });
    if (!succeeded) throw new Error(`${entry}: ${errors.join('\n')}`);
    const report = readFileSync(join(out, 'report.api.md'), 'utf8');
    const [, code] = /^```ts\n(.*?)^```/ms.exec(report);
    return code
      .replace(/^ *\/\/ (@|\(undocumented\)|\(No @packageDocumentation).*\n/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  } finally {
    rmSync(out, { recursive: true });
  }
}
