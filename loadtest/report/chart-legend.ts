// The legend of a chart: each entry looks as what it names is drawn, a line with its dashes, a shade with its pattern.
// Entries are placed here, by widths that hold in any usual font: many of them move the chart down, and none touches the
// next.

/** Pixels; the width of a character is that of a wide font, since nobody knows the reader's. */
const ICON_WIDTH = 24;
const ICON_HEIGHT = 10;
const CHARACTER_WIDTH = 6.4;
const GAP = 16;
const ROW_HEIGHT = 20;

/** Between the icon and its text. */
const ICON_GAP = 5;

/** A series of ECharts; what a legend needs to know of it by name. */
export interface Series extends Readonly<Record<string, unknown>> {
  readonly type: 'line' | 'bar';
  readonly name: string;
  readonly itemStyle?: object;
  /** Of those that only shade. */
  readonly markArea?: object;
  /** Of those that fill what is below them. */
  readonly areaStyle?: object;
}

export interface Legend {
  /** Legends of ECharts, each of one entry. */
  readonly options: readonly object[];
  /** Pixels. */
  readonly height: number;
}

export function legendOf(
  series: readonly Series[],
  { left, top, width, textStyle }: { left: number; top: number; width: number; textStyle: object },
): Legend {
  let [x, row] = [0, 0];
  const options = series.map((each) => {
    const needed = ICON_WIDTH + ICON_GAP + each.name.length * CHARACTER_WIDTH;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const place = { left: left + x, top: top + row * ROW_HEIGHT };
    x += needed + GAP;
    return {
      ...place,
      type: 'plain',
      padding: 0,
      itemWidth: ICON_WIDTH,
      itemHeight: ICON_HEIGHT,
      textStyle,
      data: [{ name: each.name, ...lookOf(each) }],
    };
  });
  return { options, height: (row + 1) * ROW_HEIGHT };
}

function lookOf({ type, itemStyle, markArea, areaStyle }: Series): object {
  if (markArea !== undefined) return { icon: 'rect', itemStyle };
  // A line is its own icon; the circle on it is of those that have points.
  return type === 'line' && areaStyle === undefined
    ? { itemStyle: { opacity: 0 }, lineStyle: { width: 'inherit' } }
    : { icon: 'roundRect' };
}
