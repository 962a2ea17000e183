// List prices of what else NATS could run on, for the comparison: Fargate, a droplet, Synadia Cloud, S3. Each with the page
// that says so, and the day on which that was read. Some were read on a page about the page, and are older than Cloudflare's.

import type { Price } from './prices.ts';

const FARGATE = {
  service: 'AWS Fargate',
  source: 'https://aws.amazon.com/fargate/pricing/',
  per: 1,
  included: 0,
};
const AWS_TRAFFIC = {
  service: 'AWS data transfer',
  source: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  readOn: '2026-06-02',
  per: 1,
};
const S3 = { service: 'AWS S3', source: 'https://aws.amazon.com/s3/pricing/', readOn: '2026-06-02' };

/** In us-east-1, Linux on x86. */
export const AWS = {
  vcpu: { ...FARGATE, dollars: 0.040_48, unit: 'vCPU-hour', readOn: '2026-09-20' },
  memory: { ...FARGATE, dollars: 0.004_445, unit: 'GB-hour', readOn: '2026-04-01' },
  ipv4: {
    service: 'AWS public IPv4',
    source: 'https://aws.amazon.com/vpc/pricing/',
    readOn: '2026-04-01',
    dollars: 0.005,
    per: 1,
    unit: 'hour',
    included: 0,
  },
  egress: { ...AWS_TRAFFIC, dollars: 0.09, unit: 'GB', included: 100 },
  betweenRegions: { ...AWS_TRAFFIC, dollars: 0.02, unit: 'GB', included: 0 },
  s3Storage: { ...S3, dollars: 0.023, per: 1, unit: 'GB-month', included: 0 },
  s3Reads: { ...S3, dollars: 0.4, per: 1_000_000, unit: 'GET', included: 0 },
} as const satisfies Readonly<Record<string, Price>>;

/** What AWS sends to the internet costs less the more it is; each begins beyond the ones before, the first after what is included. */
export const AWS_EGRESS_TIERS: readonly { readonly gb: number; readonly dollars: number }[] = [
  { gb: 10 * 1_024, dollars: AWS.egress.dollars },
  { gb: 40 * 1_024, dollars: 0.085 },
  { gb: 100 * 1_024, dollars: 0.07 },
  { gb: Number.POSITIVE_INFINITY, dollars: 0.05 },
];

/** What a task may have: vCPU, and how much memory with it. */
export const FARGATE_SIZES: readonly { readonly vcpu: number; readonly memoryGb: readonly number[] }[] = [
  { vcpu: 0.25, memoryGb: [0.5, 1, 2] },
  { vcpu: 0.5, memoryGb: [1, 2, 3, 4] },
  { vcpu: 1, memoryGb: [2, 3, 4, 5, 6, 7, 8] },
  { vcpu: 2, memoryGb: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] },
  { vcpu: 4, memoryGb: [8, 9, 10, 11, 12, 13, 14, 15, 16] },
];

/** A machine that is rented by the month, with what it may send. */
export interface Machine {
  readonly memoryGb: number;
  readonly dollars: number;
  readonly transferGib: number;
  readonly readOn: string;
}

export const DROPLETS_SOURCE = 'https://www.digitalocean.com/pricing/droplets';
/** Basic ones, regular CPU. */
export const DROPLETS: readonly Machine[] = [
  { memoryGb: 0.5, dollars: 4, transferGib: 500, readOn: '2026-09-20' },
  { memoryGb: 1, dollars: 6, transferGib: 1_000, readOn: '2026-09-20' },
  { memoryGb: 2, dollars: 12, transferGib: 2_000, readOn: '2026-09-20' },
  { memoryGb: 4, dollars: 24, transferGib: 4_000, readOn: '2022-07-01' },
  { memoryGb: 8, dollars: 48, transferGib: 5_000, readOn: '2022-07-01' },
  { memoryGb: 16, dollars: 96, transferGib: 6_000, readOn: '2022-07-01' },
];

/** Beyond what the machines of an account may send together. */
export const DROPLET_EGRESS = {
  service: 'DigitalOcean',
  source: 'https://docs.digitalocean.com/products/droplets/details/pricing/',
  readOn: '2026-09-20',
  dollars: 0.01,
  per: 1,
  unit: 'GiB',
  included: 0,
} as const satisfies Price;

/**
 * A plan of Synadia Cloud, as far as it is told in numbers: above the last one there is a quote. Its streams are of one replica;
 * those of three it calls HA.
 */
export interface SynadiaPlan {
  readonly name: string;
  readonly dollars: number;
  readonly connections: number;
  readonly includedGib: number;
  readonly haStreams: number;
  readonly haStorageGib: number;
  /** The largest message. */
  readonly messageBytes: number;
}

const MIB = 1_024 * 1_024;

export const SYNADIA_SOURCE = 'https://docs.synadia.com/cloud/pricing';
export const SYNADIA_READ_ON = '2026-08-29';
export const SYNADIA_PLANS: readonly SynadiaPlan[] = [
  {
    name: 'Personal',
    dollars: 0,
    connections: 10,
    includedGib: 10,
    haStreams: 0,
    haStorageGib: 0,
    messageBytes: MIB,
  },
  {
    name: 'Starter',
    dollars: 49,
    connections: 100,
    includedGib: 100,
    haStreams: 2,
    haStorageGib: 1,
    messageBytes: MIB,
  },
  {
    name: 'Pro',
    dollars: 199,
    connections: 1_000,
    includedGib: 1_024,
    haStreams: 10,
    haStorageGib: 10,
    messageBytes: 2 * MIB,
  },
];

/** What clients are sent beyond the plan. */
export const SYNADIA_EGRESS = {
  service: 'Synadia Cloud',
  source: SYNADIA_SOURCE,
  readOn: SYNADIA_READ_ON,
  dollars: 0.09,
  per: 1,
  unit: 'GiB',
  included: 0,
} as const satisfies Price;
