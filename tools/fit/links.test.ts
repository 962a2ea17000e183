import { expect, test } from 'vitest';
import { buildBackbone, type Link, msToHubs, parseLink } from '../../routing/latency/backbone.ts';
import { LINKS_MS } from '../../routing/latency/prior-table.ts';
import { type NamedLink, START } from './numbers.ts';

/** What ships is rounded up to a tenth. */
const ROUNDING_MS = 0.1;

const SHIPPED: ReadonlyMap<string, number> = new Map(
  LINKS_MS.split(' ').map((text) => {
    const [name = '', ms] = text.split(':');
    return [name, Number(ms)];
  }),
);

const shipped = START.links.map((link) => ({ ...link, ms: SHIPPED.get(link.name) ?? Number.NaN }));

test('what ships has the links that are stated, with the lengths stated', () => {
  expect([...SHIPPED.keys()]).toEqual(START.links.map(({ name }) => name));
  for (const { name, ms, stated } of START.links) if (stated) expect(SHIPPED.get(name), name).toBe(ms);
});

test('no stated link is undercut by a way round, before the fit and after it', () => {
  expect([...undercut(START.links), ...undercut(shipped)]).toEqual([]);
});

test('a way round that is shorter would be found', () => {
  const ways = [link('JIB-DXB', 75, true), link('JIB-JED', 18.6, false), link('JED-RUH', 16.5, false)];
  expect(undercut([...ways, link('RUH-DXB', 50, false)])).toEqual([]);
  expect(undercut([...ways, link('RUH-DXB', 14.4, false)])).toEqual([
    'JIB-DXB is 75 ms, and 49.5 by a way round',
  ]);
});

function undercut(links: readonly NamedLink[]): string[] {
  const backbone = buildBackbone(links);
  return links.flatMap(({ name, a, b, ms, stated }) => {
    const shortest = msToHubs(backbone, [{ index: a, ms: 0 }])[b] ?? Number.NaN;
    if (!stated || shortest > ms - ROUNDING_MS) return [];
    return [`${name} is ${ms} ms, and ${Number(shortest.toFixed(1))} by a way round`];
  });
}

function link(name: string, ms: number, stated: boolean): NamedLink {
  const ends: Omit<Link, 'ms'> = parseLink(name);
  return { name, ...ends, ms, stated, leastMs: 0 };
}
