// A cost as rows of FOCUS 1.2, the FinOps Foundation's columns for bills, so that it can stand in one table with real ones:
// all mandatory columns, some that fit, and our own (`x_`), from which low and high can be recomputed. It is an estimate, and
// each row says so. Pure.

import type { Cost, CostLine } from './cost.ts';
import { PRICES, type Price } from './prices.ts';
import { DRIVER_TEXT } from './use.ts';

export const FOCUS_COLUMNS = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingCategory',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'RegionId',
  'RegionName',
  'ServiceCategory',
  'ServiceName',
  'SkuId',
  'x_ConsumedQuantityHigh',
  'x_ConsumedQuantityLow',
  'x_EstimateHigh',
  'x_EstimateLow',
  'x_PriceReadOn',
  'x_SkuIdHigh',
  'x_SkuIdLow',
] as const;

type Row = Readonly<Record<(typeof FOCUS_COLUMNS)[number], string | number | null>>;

export interface FocusContext {
  /** The cluster, which stands for the account. */
  readonly cluster: string;
  /** By id, for `RegionName`. */
  readonly regionNames: ReadonlyMap<string, string>;
  /** ms since the epoch: the month in which it is is the period. */
  readonly now: number;
}

/** One row for each line that costs or used anything; there is no contract, so all prices are the list's. */
export function focusRows({ lines }: Cost, context: FocusContext): readonly Row[] {
  return lines.filter(({ quantity }) => quantity.high > 0).map((line) => rowOf(line, context));
}

/** With its header, lines ended as RFC 4180 wants them. */
export function focusCsv(cost: Cost, context: FocusContext): string {
  const rows = focusRows(cost, context).map((row) => FOCUS_COLUMNS.map((column) => cell(row[column])));
  return [[...FOCUS_COLUMNS], ...rows].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function rowOf(line: CostLine, { cluster, regionNames, now }: FocusContext): Row {
  const price: Price = PRICES[line.price.mid];
  const isPlan = line.price.mid === 'plan';
  const { start, end } = monthOf(now);
  const billed = line.dollars.mid;
  return {
    BilledCost: billed,
    BillingAccountId: cluster,
    BillingAccountName: cluster,
    BillingCurrency: 'USD',
    BillingPeriodEnd: end,
    BillingPeriodStart: start,
    ChargeCategory: isPlan ? 'Purchase' : 'Usage',
    ChargeClass: null,
    ChargeDescription: `Estimate: ${DRIVER_TEXT[line.driver]}, ${price.unit}`,
    ChargeFrequency: isPlan ? 'Recurring' : 'Usage-Based',
    ChargePeriodEnd: end,
    ChargePeriodStart: start,
    ConsumedQuantity: isPlan ? null : line.quantity.mid,
    ConsumedUnit: isPlan ? null : price.unit,
    ContractedCost: billed,
    ContractedUnitPrice: price.dollars / price.per,
    EffectiveCost: billed,
    InvoiceIssuerName: 'Cloudflare',
    ListCost: billed,
    ListUnitPrice: price.dollars / price.per,
    PricingCategory: 'Standard',
    // Of what is billed for, after what is included: as much as was paid for.
    PricingQuantity: (billed * price.per) / price.dollars,
    PricingUnit: price.unit,
    ProviderName: 'Cloudflare',
    PublisherName: 'Cloudflare',
    RegionId: line.region,
    RegionName: line.region === null ? null : (regionNames.get(line.region) ?? line.region),
    ServiceCategory: price.service === PRICES.r2Storage.service ? 'Storage' : 'Compute',
    ServiceName: price.service,
    SkuId: line.price.mid,
    x_ConsumedQuantityHigh: isPlan ? null : line.quantity.high,
    x_ConsumedQuantityLow: isPlan ? null : line.quantity.low,
    x_EstimateHigh: line.dollars.high,
    x_EstimateLow: line.dollars.low,
    x_PriceReadOn: price.readOn,
    x_SkuIdHigh: line.price.high,
    x_SkuIdLow: line.price.low,
  };
}

function monthOf(now: number): { readonly start: string; readonly end: string } {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const day = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
  return { start: day(Date.UTC(year, month, 1)), end: day(Date.UTC(year, month + 1, 1)) };
}

/** Nothing that a spreadsheet takes for a formula: a region's name is what somebody wrote. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
