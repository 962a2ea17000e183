import { expect, test } from 'vitest';
import { defaultConfig } from '../test/support/data/checked-in.ts';
import { cost } from './cost.ts';
import { FOCUS_COLUMNS, focusCsv, focusRows } from './focus.ts';
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
