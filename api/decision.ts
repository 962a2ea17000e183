// Terms of a decision that `GET /api/route` and routing/ share.

/** How the place of a request was determined, most reliable first. */
export const ENTRY_SOURCES = ['colo', 'coordinates', 'country', 'continent', 'default'] as const;
export type EntrySource = (typeof ENTRY_SOURCES)[number];

/** What a filter may do to a region. */
export const EFFECT_KINDS = ['drop', 'demote', 'postpone', 'prefer', 'cost'] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];
