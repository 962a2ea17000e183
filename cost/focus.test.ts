import { expect, test } from 'vitest';
import { defaultConfig } from '../test/support/data/checked-in.ts';
import { cost } from './cost.ts';
import { FOCUS_COLUMNS, focusCsv, focusRows } from './focus.ts';
import { PRICES, type Price } from './prices.ts';
import { resolveTraffic } from './traffic.ts';

const CONFIG = defaultConfig();
const CONTEXT = {
  cluster: 'meridian',
  regionNames: new Map([
    ['weur', '=HYPERLINK("https://example.com"), Europe'],
    ['oc', 'Oceania'],
  ]),
  now: Date.parse('2026-02-10T12:00:00Z'),
};
const COST = (() => {
  const resolved = resolveTraffic({ clients: 100, messages: 1_000, fanOut: 100, streams: 20 }, CONFIG);
  if (!resolved.ok) throw new Error('no load');
  return cost(CONFIG, resolved.traffic);
})();
const ROWS = focusRows(COST, CONTEXT);

/** Of FOCUS 1.2. */
const MANDATORY =
  `BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart
  ChargeCategory ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost
  InvoiceIssuerName ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory ServiceName`.split(
    /\s+/,
  );

test('all mandatory columns are there, in the order of the alphabet, and ours begin with x_', () => {
  expect(FOCUS_COLUMNS).toEqual(expect.arrayContaining(MANDATORY));
  expect([...FOCUS_COLUMNS]).toEqual([...FOCUS_COLUMNS].toSorted());
});

test('the rows add up to the cost, and each is quantity times unit price', () => {
  const billed = ROWS.map(({ BilledCost }) => Number(BilledCost));
  expect(billed.reduce((sum, each) => sum + each, 0)).toBeCloseTo(COST.total.mid, 6);
  for (const row of ROWS) {
    expect(Number(row.PricingQuantity) * Number(row.ListUnitPrice)).toBeCloseTo(Number(row.ListCost), 6);
    expect(row.ContractedCost).toBe(row.ListCost);
    expect(row.ServiceCategory).toMatch(/^(Compute|Storage)$/);
  }
});

const COLUMNS = [
  ['x_SkuIdLow', 'x_ConsumedQuantityLow'],
  ['SkuId', 'ConsumedQuantity'],
  ['x_SkuIdHigh', 'x_ConsumedQuantityHigh'],
] as const;

test('low, mid and high can each be recomputed from the columns: quantities by price, and the price', () => {
  const sums = COLUMNS.map(([sku, consumed]) => {
    const used = new Map<string, number>();
    for (const row of ROWS) {
      const id = String(row[sku]);
      used.set(id, (used.get(id) ?? 0) + Number(row[consumed] ?? 1));
    }
    return [...used].reduce((sum, [id, quantity]) => sum + dollarsFor(id, quantity), 0);
  });
  const { low, mid, high } = COST.total;
  expect(sums).toEqual([expect.closeTo(low, 6), expect.closeTo(mid, 6), expect.closeTo(high, 6)]);
  // In APAC a gigabyte has another price with the high assumptions.
  expect(ROWS.some((row) => row.SkuId !== row.x_SkuIdHigh)).toBe(true);
});

/** By the list, as its pages say it. */
function dollarsFor(id: string, quantity: number): number {
  const price: Price | undefined = Object.entries(PRICES).find(([name]) => name === id)?.[1];
  if (price === undefined) throw new Error(`no price ${id}`);
  const beyond = Math.max(0, quantity - price.included);
  const step = price.roundedTo ?? 0;
  return ((step === 0 ? beyond : Math.ceil(beyond / step) * step) / price.per) * price.dollars;
}

test('the period is the month, its end exclusive', () => {
  expect(ROWS[0]).toMatchObject({
    BillingPeriodStart: '2026-02-01T00:00:00Z',
    BillingPeriodEnd: '2026-03-01T00:00:00Z',
    ChargeCategory: 'Purchase',
    BilledCost: 5,
  });
  const december = focusRows(COST, { ...CONTEXT, now: Date.parse('2026-12-31T23:59:59Z') });
  expect(december[0]?.BillingPeriodEnd).toBe('2027-01-01T00:00:00Z');
});

test('in CSV each row has all columns, quotes are doubled, and nothing is a formula', () => {
  const lines = focusCsv(COST, CONTEXT).split('\r\n');
  expect(lines[0]).toBe(FOCUS_COLUMNS.join(','));
  expect(lines).toHaveLength(ROWS.length + 2);
  const europe = lines.find((line) => line.includes('HYPERLINK'));
  expect(europe).toContain(`,"'=HYPERLINK(""https://example.com""), Europe",`);
});
