// The account that stands for one of Cloudflare's in tests of deploys.

/** What there is, for a test to change. */
export interface FakeAccount {
  worker: string;
  migration: string | undefined;
  /** Ids of versions, the one that serves first. */
  versions: string[];
  images: Record<string, string>;
  objects: Record<string, string>;
  /** What the code of a version is, where it is not a version's own. */
  code: Record<string, string>;
  /** Names of those that have changed since every earlier version. */
  changedSecrets: string[];
  /** Of whose objects a container is, by the names of applications. */
  namespaces: Record<string, string>;
  /** Classes of objects that the Worker has namespaces of. */
  classes: string[];
  /** After a rollback: secrets cannot be changed then. */
  isNewestNotDeployed: boolean;
  /** Secrets of the Worker, by name. */
  secrets: Record<string, string>;
  /** Who has a domain: a Worker, or `dns`. */
  domains: Record<string, string>;
  /** Calls that fail with 500: their method and a part of their path. */
  failing: string | undefined;
}

/** What an answer consists of, beside the form that all have. */
export type Answer = {
  readonly result?: unknown;
  readonly error?: unknown;
  readonly text?: string;
  readonly status?: number;
};
