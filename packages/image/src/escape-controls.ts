import { checkText } from './check-arguments.js';

/**
 * Text from outside, such as a file's name, made safe to print: characters that act on a terminal or hide (control and format
 * characters, line separators, lone surrogates) become `\u001b` and so on, which JSON reads back as the same character.
 * @param keep characters that stay, such as line ends. @default ''
 * @throws TypeError unless both are strings.
 */
export function escapeControls(text: string, keep: string = ''): string {
  checkText('text', text);
  checkText('keep', keep);
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (found) =>
    keep.includes(found) ? found : found.split('').map(escapeUnit).join(''),
  );
}

/** One UTF-16 unit as four hex digits. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
