// Cloudflare data centers whose code no large or medium airport of OurAirports has. Each gets the coordinates of the
// city that it serves, which `generate.ts` looks up in GeoNames (the largest place of that name and country). Found by
// comparing with a list of data centers, November 2026.

/** A data center, the city it serves, and why the airports don't have it. */
export interface SupplementedColo {
  readonly code: string;
  readonly city: string;
  readonly country: string;
  readonly reason: string;
}

const NOT_LISTED = 'its airport is not in the package, which leaves small ones out';
const NO_AIRPORT = 'the code of a town, not of an airport';

export const SUPPLEMENT: readonly SupplementedColo[] = [
  { code: 'CFC', city: 'Caçador', country: 'BR', reason: NOT_LISTED },
  { code: 'JDO', city: 'Juazeiro do Norte', country: 'BR', reason: NOT_LISTED },
  { code: 'JRG', city: 'Jharsuguda', country: 'IN', reason: NOT_LISTED },
  { code: 'JXG', city: 'Jiaxing', country: 'CN', reason: 'its airport is in the package without a code' },
  { code: 'LLK', city: 'Lankaran', country: 'AZ', reason: NOT_LISTED },
  { code: 'QWJ', city: 'Americana', country: 'BR', reason: NO_AIRPORT },
  { code: 'SOD', city: 'Sorocaba', country: 'BR', reason: NOT_LISTED },
  {
    code: 'TXL',
    city: 'Berlin',
    country: 'DE',
    reason: 'Tegel closed in 2020; the data center kept its code',
  },
  { code: 'ZDM', city: 'Ramallah', country: 'PS', reason: NO_AIRPORT },
];
