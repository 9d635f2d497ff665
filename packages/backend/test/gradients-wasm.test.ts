import { describe } from 'vitest';
import { testGradientTable } from './gradient-table.js';

describe('gradients on wasm', () => {
  testGradientTable('wasm', { threads: 1 });
});
