export { type Bar, type BarsOptions, bars } from './bars.js';
export { escapeHtml } from './escape-html.js';
export { type IntervalRow, type IntervalsOptions, intervals } from './intervals.js';
export { lineChart, type Series } from './line-chart.js';
export { type PageContent, page } from './page.js';
export { picture } from './picture.js';
export { facts, table } from './table.js';
