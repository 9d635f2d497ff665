import './style.css';
import { isolate, whyNotIsolated } from './isolation.js';
import { openAugment } from './parts/augment.js';
import { openGenerate } from './parts/generate.js';
import { byId } from './ui/dom.js';
import { startTabs } from './ui/tabs.js';

if (!(await isolate())) {
  const missing = [whyNotIsolated(), whyNoWebGpu()].filter((text) => text !== undefined);
  byId('missing').textContent = missing.join(' ');
  byId('missing').hidden = missing.length === 0;
  startTabs({ generate: openGenerate, augment: openAugment });
}

function whyNoWebGpu(): string | undefined {
  return 'gpu' in navigator ? undefined : 'This browser has no WebGPU: WebAssembly takes its place.';
}
