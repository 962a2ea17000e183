// The sizes of containers that have a name.

/** Cloudflare's named instance types, without the deprecated `dev` and `standard`. */
export const INSTANCE_TYPES = [
  'lite',
  'basic',
  'standard-1',
  'standard-2',
  'standard-3',
  'standard-4',
] as const;
