#!/usr/bin/env node
// The library needs neither; only the command line reads files and flags by them.
try {
  await import('../dist/cli.js');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/'@cxr\/(cli|data)'/.test(error.message)) throw error;
  console.error('cxr-augment needs @cxr/cli and @cxr/data: npm install @cxr/cli @cxr/data');
  process.exitCode = 2;
}
