// Draws a series of each region over time. (uPlot does it as well, in 22 kB of the 60 that the page may have.)

import type { Series } from '../replay/recording.ts';
import { shortCount } from '../words/numbers.ts';
import { timeText } from '../words/when.ts';
import type { Palette } from './palette.ts';
import { ticksTo, timesBetween } from './ticks.ts';

export interface ChartLook {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  readonly colourOf: (id: string) => string;
  /** A moment that is marked, in seconds since the epoch. */
  readonly at: number | undefined;
}

const LEFT = 40;
const BOTTOM = 18;
const TOP = 6;
const RIGHT = 6;
const TIME_WIDTH = 70;
const FONT = '11px system-ui, sans-serif';

export function drawChart(
  canvas: CanvasRenderingContext2D,
  { seconds, lines }: Series,
  look: ChartLook,
): void {
  const { width, height, palette, at } = look;
  const [from = 0, to = 1] = [seconds[0], seconds.at(-1)];
  let highest = 0;
  for (const line of lines.values()) for (const value of line) highest = Math.max(highest, value ?? 0);
  const ticks = ticksTo(highest);
  const top = ticks.at(-1) ?? 1;
  const x = (time: number) => LEFT + ((time - from) / Math.max(1, to - from)) * (width - LEFT - RIGHT);
  const y = (value: number) => height - BOTTOM - (value / top) * (height - BOTTOM - TOP);
  canvas.clearRect(0, 0, width, height);
  canvas.font = FONT;
  canvas.fillStyle = palette.muted;
  canvas.strokeStyle = palette.grid;
  canvas.lineWidth = 1;
  canvas.textAlign = 'right';
  canvas.textBaseline = 'middle';
  for (const tick of ticks) {
    line(canvas, LEFT, y(tick), width - RIGHT, y(tick));
    canvas.fillText(shortCount(tick), LEFT - 6, y(tick));
  }
  canvas.textAlign = 'center';
  canvas.textBaseline = 'alphabetic';
  for (const time of timesBetween(from * 1_000, to * 1_000, (width - LEFT) / TIME_WIDTH)) {
    const place = x(time / 1_000);
    if (place < LEFT + 14 || place > width - 18) continue;
    canvas.fillText(timeText(time), place, height - 4);
  }
  canvas.lineJoin = 'round';
  canvas.lineWidth = 1.6;
  for (const [id, values] of lines) {
    canvas.strokeStyle = look.colourOf(id);
    canvas.beginPath();
    let isApart = true;
    for (const [n, value] of values.entries()) {
      // Nothing is drawn where nothing is known.
      if (value === null) isApart = true;
      else if (isApart) canvas.moveTo(x(seconds[n] ?? 0), y(value));
      else canvas.lineTo(x(seconds[n] ?? 0), y(value));
      if (value !== null) isApart = false;
    }
    canvas.stroke();
  }
  if (at === undefined) return;
  canvas.strokeStyle = palette.ink;
  canvas.lineWidth = 1;
  line(canvas, x(at), TOP, x(at), height - BOTTOM);
}

/** The time at a point of the chart, in seconds since the epoch. */
export function timeAt({ seconds }: Series, left: number, width: number): number {
  const [from = 0, to = 1] = [seconds[0], seconds.at(-1)];
  const part = (left - LEFT) / Math.max(1, width - LEFT - RIGHT);
  return from + Math.min(1, Math.max(0, part)) * (to - from);
}

function line(canvas: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  canvas.beginPath();
  canvas.moveTo(x1, y1);
  canvas.lineTo(x2, y2);
  canvas.stroke();
}
