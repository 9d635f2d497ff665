/** What a package exports, as Markdown, from its built `.d.ts` files. */
export function apiReport(folder: string): string;
