#!/usr/bin/env node
// The library does without @cxr/data; only the command line reads and writes files by it.
try {
  await import('../dist/cli.js');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes("'@cxr/data'")) throw error;
  console.error('cxr-augment reads and writes images with @cxr/data: npm install @cxr/data');
  process.exitCode = 2;
}
