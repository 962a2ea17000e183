// The colour and the place of each region, the same in every chart, map and table: one that is green in one is green in
// all, whichever regions a run has.

/** By the names of Cloudflare's locations, from west to east, as regions.json has them. The colour-blind can tell them apart (after Okabe and Ito). */
const KNOWN: readonly (readonly [id: string, colour: string])[] = [
  ['wnam', '#0b84c6'],
  ['enam', '#e69f00'],
  ['sam', '#8a7ff0'],
  ['weur', '#009e73'],
  ['eeur', '#cc79a7'],
  ['afr', '#9a6b3f'],
  ['me', '#b3a100'],
  ['apac', '#56b4e9'],
  ['oc', '#d55e00'],
];

/** Of regions with other names, in their order. */
const OTHERS = ['#5b7f95', '#7d8f3e', '#a0567a', '#3e8f86', '#8f6a3e', '#6a5fa8'];

const NOWHERE = '#7c8896';

/**
 * The regions in their order: that of the configuration, then others by name.
 *
 * @param configured ids, in the configuration's order
 */
export function inRegionOrder(ids: Iterable<string>, configured: readonly string[]): readonly string[] {
  const place = (id: string) => {
    const index = configured.indexOf(id);
    return index === -1 ? configured.length : index;
  };
  return [...ids].toSorted((a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }));
}

/** @param configured ids, in the configuration's order: they give colours to those with names of their own */
export function colourOfRegion(id: string, configured: readonly string[] = []): string {
  const known = KNOWN.find(([name]) => name === id);
  if (known !== undefined) return known[1];
  const others = configured.filter((each) => !KNOWN.some(([name]) => name === each));
  const index = others.indexOf(id);
  return index === -1 ? NOWHERE : (OTHERS[index % OTHERS.length] ?? NOWHERE);
}
