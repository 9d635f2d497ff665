/** The element with this id. @throws Error if there is none: the page and its script do not belong together. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** The number that a form field holds. @throws RangeError naming the field if it is none, or outside the field's limits. */
export function numberOf(id: string): number {
  const field = byId<HTMLInputElement | HTMLSelectElement>(id);
  const value = field.value.trim() === '' ? Number.NaN : Number(field.value);
  const valid = field instanceof HTMLSelectElement || field.validity.valid;
  if (Number.isFinite(value) && valid) return value;
  const label = field.labels?.[0]?.textContent?.trim() ?? id;
  const { min, max } = field as HTMLInputElement;
  throw new RangeError(`${label}: ${min && max ? `a number from ${min} to ${max}` : 'a number'} is needed`);
}

/** Makes an element with properties and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> & { role?: string } = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Calls `listener` on a click, and shows what it throws in the part's status line. */
export function onClick(id: string, listener: () => unknown): void {
  byId(id).addEventListener('click', listener);
}
