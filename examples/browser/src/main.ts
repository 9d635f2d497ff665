import './style.css';
import { isolate, whyNotIsolated } from './isolation.js';
import { openAugment } from './parts/augment.js';
import { openGenerate } from './parts/generate.js';
import { openQuiz } from './parts/quiz.js';
import { openScore } from './parts/score.js';
import { openTrain } from './parts/train.js';
import { byId } from './ui/dom.js';
import { startTabs } from './ui/tabs.js';

if (!(await isolate())) {
  const missing = [whyNotIsolated(), whyNoWebGpu()].filter((text) => text !== undefined);
  byId('missing').textContent = missing.join(' ');
  byId('missing').hidden = missing.length === 0;
  startTabs({
    generate: openGenerate,
    augment: openAugment,
    train: openTrain,
    score: openScore,
    quiz: openQuiz,
  });
}

function whyNoWebGpu(): string | undefined {
  return 'gpu' in navigator ? undefined : 'This browser has no WebGPU: WebAssembly takes its place.';
}
