// What the API answers, as far as the command reads it. regions/ imports nothing of worker/, so these are the command's
// own; the Worker's handlers check what they answer against them (`satisfies`), and so the compiler finds what differs.

import type { MeridianConfig } from '../regions/config.ts';
import type { Change } from '../regions/edits/diff.ts';

export interface VersionInfo {
  readonly version: number;
  readonly author: string;
  /** ISO 8601; null for version 0, which is what was deployed. */
  readonly time: string | null;
  readonly message: string;
}

export interface LiveConfig extends VersionInfo {
  readonly config: MeridianConfig;
}

export interface Published extends VersionInfo {
  readonly changes: readonly Change[];
  readonly warnings: readonly ApiProblem[];
}

export interface ApiProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What an error carries besides its code and message. */
export interface ErrorDetails {
  /** The current version, where an edit was made from another. */
  readonly current?: number;
  /** What changed since then, or what needs a deploy. */
  readonly changes?: readonly Change[];
  readonly versions?: readonly Omit<VersionInfo, 'time'>[];
  readonly problems?: readonly ApiProblem[];
}

export interface DryRun {
  /** The version that it was compared with. */
  readonly base: number;
  readonly changes: readonly Change[];
  readonly needsDeploy: readonly Change[];
  readonly warnings: readonly ApiProblem[];
  readonly forecast: Forecast;
}

export interface Share {
  readonly share: number;
}

export interface Move extends Share {
  /** null: no region took these clients, or none will. */
  readonly from: string | null;
  readonly to: string | null;
  readonly countries: readonly (Share & { readonly country: string })[];
}

export interface Latency {
  /** null when nobody is served */
  readonly meanMs: number | null;
  readonly p95Ms: number | null;
}

/** Shares are of all clients, from 0 to 1. */
export interface Forecast {
  readonly source: 'traffic' | 'population';
  readonly clients: number;
  /** How sure it is, in words. */
  readonly confidence: string;
  readonly movedShare: number;
  readonly moves: readonly Move[];
  readonly latency: { readonly before: Latency; readonly after: Latency };
  readonly limits: readonly {
    readonly region: string;
    readonly clients: number;
    readonly limit: number;
    readonly kind: 'soft' | 'hard';
  }[];
  /** A share of 0 is a country that sent nobody yet; `isNew` where the change is to blame. */
  readonly unserved: readonly (Share & { readonly country: string; readonly isNew: boolean })[];
}

export interface HistoryEntry extends VersionInfo {
  /** How many fields it changed. */
  readonly changes: number;
}

export interface History {
  readonly versions: readonly HistoryEntry[];
  readonly next: number | null;
}

export interface AuditEntry {
  readonly id: number;
  readonly time: string;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly address: string | null;
  readonly detail: string | null;
  /** How many attempts it stands for. */
  readonly attempts: number;
}

export interface Audit {
  readonly entries: readonly AuditEntry[];
  readonly next: number | null;
}

export interface RegionView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly clients: number;
  readonly problem?: string;
}

export interface RegionViews {
  readonly version: number;
  readonly regions: readonly RegionView[];
}

export interface OperationResult {
  readonly region: string;
  readonly state: string;
  readonly clients: number;
}

/** What `GET /api/route` says of the way from here, as far as the command shows it. */
export interface RouteView {
  readonly candidates: readonly RouteEstimate[];
  readonly rejected: readonly RouteEstimate[];
}

interface RouteEstimate {
  readonly region: string;
  readonly estimate: { readonly finalMs: number } | null;
}
