import { escapeHtml } from '@cxr/report';

/** A picture to judge. */
export interface QuizPicture {
  readonly png: Uint8Array;
  readonly real: boolean;
}

/** CSS counters keep the score, so that the page needs no script. Inputs are hidden from the eye only: counters count what is rendered. */
const STYLE = `<style>
.quiz { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(150px, 45%), 1fr)); counter-reset: answered right; }
.quiz fieldset { border: 1px solid var(--line); border-radius: 6px; padding: 6px; margin: 0; min-width: 0; }
.quiz legend { font-size: .8rem; color: var(--soft); } .quiz label { display: inline-block; padding: .1rem .6rem; margin: 6px 4px 0 0; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; cursor: pointer; }
.quiz input { position: absolute; opacity: 0; width: 1px; height: 1px; } .quiz input:focus-visible + label { outline: 2px solid var(--accent); }
.quiz input:checked { counter-increment: answered; } .quiz input.right:checked { counter-increment: answered right; } .quiz input:checked + label { background: var(--bar); color: var(--paper); }
.quiz .answer { visibility: hidden; font-size: .85rem; margin: .3rem 0 0; } .quiz input:checked ~ .answer { visibility: visible; }
.quiz .score { grid-column: 1 / -1; font-weight: 600; margin: 0; } .quiz .score::after { content: counter(right) " right of " counter(answered) " answered"; }
</style>`;

/** Pictures with two buttons each, "real" and "fake"; the answer shows after the choice, and the score below. */
export function quiz(pictures: readonly QuizPicture[]): string {
  const cards = pictures.map(({ png, real }, i) => {
    const choice = (name: string, right: boolean) =>
      `<input type="radio" name="quiz-${i}" id="quiz-${i}-${name}"${right ? ' class="right"' : ''}><label for="quiz-${i}-${name}">${name}</label>`;
    const image = `<img alt="X-ray ${i + 1}, real or generated" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`;
    const answer = escapeHtml(real ? 'It is a real X-ray.' : 'It was generated.');
    return `<fieldset><legend>${i + 1}</legend>${image}${choice('real', real)}${choice('fake', !real)}<p class="answer">${answer}</p></fieldset>`;
  });
  return `${STYLE}\n<div class="quiz">\n${cards.join('\n')}\n<p class="score">Your score: </p>\n</div>`;
}
