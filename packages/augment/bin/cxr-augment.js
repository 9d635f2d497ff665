#!/usr/bin/env node
// The library needs none of these; only the command line reads files and flags by them.
try {
  await import('../dist/cli.js');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/'@cxr\/(cli|data|report)'/.test(error.message)) throw error;
  console.error(
    'cxr-augment needs @cxr/cli, @cxr/data and @cxr/report: npm install @cxr/cli @cxr/data @cxr/report',
  );
  process.exitCode = 2;
}
