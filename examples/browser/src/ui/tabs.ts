/** Calls `open` the first time that a tab is shown. */
export type Openers = Readonly<Record<string, () => void>>;

/**
 * Tabs after the ARIA pattern: one of them in the order of the Tab key, arrows, Home and End move between them. The address's
 * `#name` says which one is shown, so that a reload and the browser's Back button keep it.
 */
export function startTabs(openers: Openers): void {
  const tabs = [...document.querySelectorAll<HTMLElement>('[role=tab]')];
  const nameOf = (tab: HTMLElement): string => tab.id.replace(/^tab-/, '');
  const opened = new Set<string>();

  const show = (tab: HTMLElement): void => {
    for (const other of tabs) {
      const chosen = other === tab;
      other.ariaSelected = String(chosen);
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute('aria-controls')!)!.hidden = !chosen;
    }
    const name = nameOf(tab);
    if (opened.has(name)) return;
    opened.add(name);
    openers[name]?.();
  };
  const go = (tab: HTMLElement): void => {
    if (location.hash !== `#${nameOf(tab)}`) history.pushState(null, '', `#${nameOf(tab)}`);
    show(tab);
  };
  const fromAddress = (): void => show(tabs.find((tab) => `#${nameOf(tab)}` === location.hash) ?? tabs[0]!);

  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener('click', () => go(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = tabs[(step + tabs.length) % tabs.length]!;
      next.focus();
      go(next);
    });
  }
  addEventListener('popstate', fromAddress);
  addEventListener('hashchange', fromAddress);
  fromAddress();
}

/** Shows a tab from elsewhere in the page. */
export function showTab(name: string): void {
  location.hash = name;
}
