import { expect, test } from 'vitest';
import { distanceKm } from '../distance.ts';
import { buildBackbone, msToHubs, parseLink } from './backbone.ts';
import { HUBS } from './hubs.ts';
import { FIBRE_MS_PER_1000_KM } from './model.ts';
import { ACCESS_MS_PER_1000_KM, LINKS_MS } from './prior-table.ts';

const LINKS = LINKS_MS.split(' ').map((text) => {
  const [name = '', ms] = text.split(':');
  return { name, ...parseLink(name), ms: Number(ms) };
});

/** Three hubs in a row, the middle one given by its code. */
function rowOver(middle: string) {
  const links = [`LON-${middle}`, `${middle}-SYD`].map((name) => ({ ...parseLink(name), ms: 10 }));
  const { a: london, b: middleIndex } = parseLink(`LON-${middle}`);
  const { b: sydney } = parseLink(`LON-SYD`);
  return { backbone: buildBackbone(links), london, middleIndex, sydney };
}

test('a way passes through a hub', () => {
  const { backbone, london, sydney } = rowOver('SIN');
  expect(msToHubs(backbone, [{ index: london, ms: 1 }])[sydney]).toBe(21);
});

test('a way does not pass through a stub', () => {
  const { backbone, london, middleIndex, sydney } = rowOver('BAH');
  const ms = msToHubs(backbone, [{ index: london, ms: 1 }]);
  expect(ms[middleIndex]).toBe(11);
  expect(ms[sydney]).toBe(Number.POSITIVE_INFINITY);
});

test('a way begins at a stub, even at one that is reached sooner from elsewhere', () => {
  const { backbone, london, middleIndex, sydney } = rowOver('BAH');
  const starts = [
    { index: london, ms: 1 },
    { index: middleIndex, ms: 50 },
  ];
  const ms = msToHubs(backbone, starts);
  expect(ms[middleIndex]).toBe(11);
  expect(ms[sydney]).toBe(60);
});

test('a link to a hub that is not there is an error that names it', () => {
  expect(() => parseLink('LON-XXX')).toThrow('LON-XXX');
});

test('no link and no slope is faster than light in fibre', () => {
  for (const { name, a, b, ms } of LINKS) {
    const [from, to] = [HUBS[a], HUBS[b]];
    if (from === undefined || to === undefined) throw new Error(name);
    expect(ms, name).toBeGreaterThanOrEqual((distanceKm(from, to) * FIBRE_MS_PER_1000_KM) / 1000);
  }
  for (const slope of Object.values(ACCESS_MS_PER_1000_KM)) {
    expect(slope).toBeGreaterThanOrEqual(FIBRE_MS_PER_1000_KM);
  }
});

test('no link is named twice, and no hub is its own neighbour', () => {
  const names = LINKS.map(({ name }) => name.split('-').sort().join('-'));
  expect(names).toEqual([...new Set(names)]);
  expect(LINKS.filter(({ a, b }) => a === b)).toEqual([]);
});

test('every hub has its own code and a slope for its area, and reaches every other', () => {
  const codes = HUBS.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)]);
  const backbone = buildBackbone(LINKS);
  for (const [index, { code, area }] of HUBS.entries()) {
    expect(ACCESS_MS_PER_1000_KM[area], area).toBeGreaterThan(0);
    expect(msToHubs(backbone, [{ index, ms: 0 }]).every(Number.isFinite), code).toBe(true);
  }
});
