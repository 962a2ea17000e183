// A series of each region over the last day; a click shows that moment on the map.

import { useEffect, useRef, useState } from 'preact/hooks';
import { drawChart, timeAt } from '../draw/chart.ts';
import { readPalette } from '../draw/palette.ts';
import type { Series } from '../replay/recording.ts';
import { colourOf } from './colours.ts';

interface ChartProps {
  readonly title: string;
  readonly series: Series;
  readonly ids: readonly string[];
  /** The moment that the map shows, ms since the epoch; undefined: now. */
  readonly at: number | undefined;
  /** @param seconds since the epoch */
  readonly onChoose: (seconds: number) => void;
}

const HEIGHT = 132;

export function Chart({ title, series, ids, at, onChoose }: ChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (canvas.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (canvas.current === null || context === null || context === undefined || width === 0) return;
    canvas.current.width = Math.round(width * devicePixelRatio);
    canvas.current.height = Math.round(HEIGHT * devicePixelRatio);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    drawChart(context, series, {
      width,
      height: HEIGHT,
      palette: readPalette(),
      colourOf: (id) => colourOf(id, ids),
      at: at === undefined ? undefined : at / 1_000,
    });
  });
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${title} of each region in the last day`}
        onClick={(event) => onChoose(timeAt(series, event.offsetX, width))}
      />
    </figure>
  );
}
