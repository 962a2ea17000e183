// The colours of reports. Those of ink, lines and paper are single values that the page's style replaces in dark mode;
// those of series are visible on light and on dark.

export const INK = '#1c2733';
export const MUTED = '#5d6b7a';
export const LINE = '#dfe5ea';
export const PAPER = '#ffffff';

/** Of what is not a region; the colour-blind can tell them apart too (Okabe and Ito). */
export const SERIES_COLOURS = [
  '#0b84c6',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8a7ff0',
  '#7c8896',
];

/** From usual to rare: none of a region's. */
export const PERCENTILE_COLOURS = ['#a9b8c6', '#71869a', '#43586c'];

/** Of times that were not measured: a ground that the page's style replaces too. */
export const UNMEASURED = '#e6eaee';

/** Of patterns that lie behind lines; the page's style replaces them too. */
export const PATTERN_COLOURS = { outage: '#e59a94', gap: '#d9a441' } as const;
