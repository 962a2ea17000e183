// The colours of the canvas: those of style/tokens.css, as the browser has them now.

const NAMES = [
  'ground',
  'sea',
  'land',
  'coast',
  'border',
  'grid',
  'ink',
  'muted',
  'paper',
  'accent',
  'good',
  'calm',
  'busy',
  'leaving',
  'bad',
  'lost',
] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

export function readPalette(element: Element = document.documentElement): Palette {
  const style = getComputedStyle(element);
  const entries = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()] as const);
  return Object.fromEntries(entries) as unknown as Palette;
}
