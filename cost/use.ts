// What is used and billed for: how much of what, for what, by which region.

import type { PriceId } from './prices.ts';

/** What costs are told apart by; in the order in which they are shown. */
export const DRIVERS = [
  'plan',
  'memory',
  'disk',
  'cpu',
  'egress',
  'mesh',
  'objects',
  'worker',
  'logs',
  'storage',
  'sessions',
] as const;
export type Driver = (typeof DRIVERS)[number];

/** For people. */
export const DRIVER_TEXT: Readonly<Record<Driver, string>> = {
  plan: 'Workers Paid',
  memory: 'memory of containers',
  disk: 'disk of containers',
  cpu: 'CPU of containers',
  egress: 'egress to clients',
  mesh: 'egress between servers',
  objects: 'objects: requests, duration',
  worker: 'Worker: requests, CPU',
  logs: 'Workers Logs',
  storage: 'R2: storage, operations',
  sessions: 'sessions',
};

export interface Use {
  readonly driver: Driver;
  /** null: of the whole deployment. */
  readonly region: string | null;
  readonly price: PriceId;
  readonly quantity: number;
}
