// Numbers over time as a chart of characters, for a terminal. Pure.

/** Eighths of a cell, from none to full. */
const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS = 6;
const MOST_COLUMNS = 66;

/**
 * A chart of numbers from 0 up, the first at the left: one column for each, or for the mean of as many as it takes.
 *
 * @param unit what the numbers are in, such as `ms`
 * @param each what one number stands for, such as `round`
 */
export function chartOf(values: readonly number[], { unit, each }: { unit: string; each: string }): string {
  const perColumn = Math.max(1, Math.ceil(values.length / MOST_COLUMNS));
  const columns = Array.from({ length: Math.ceil(values.length / perColumn) }, (_, column) =>
    meanOf(values.slice(column * perColumn, (column + 1) * perColumn)),
  );
  const most = Math.max(...columns, Number.MIN_VALUE);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const cells = columns.map((value) => blockOf((value / most) * ROWS - (ROWS - 1 - row)));
    const label = row === 0 ? most.toFixed(1) : row === ROWS - 1 ? '0.0' : '';
    return `${label.padStart(8)} ┤${cells.join('')}`.trimEnd();
  });
  const width = perColumn === 1 ? `one ${each}` : `${perColumn} ${each}s`;
  return [...rows, `${unit.padStart(8)}  a column is ${width}, ${values.length} in all`].join('\n');
}

function blockOf(filled: number): string {
  const eighths = Math.ceil(Math.min(1, Math.max(0, filled)) * 8);
  return BLOCKS[eighths] ?? ' ';
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
