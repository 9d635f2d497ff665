import { describe } from 'vitest';
import { testGradientTable } from './gradient-table.js';

describe('gradients on wasm in three threads', () => {
  testGradientTable('wasm', { threads: 3 });
});
