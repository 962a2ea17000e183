// Edits of a configuration's regions, and the way back. Pure.

/** @typedef {{ id: string, [field: string]: unknown }} Region */
/** @typedef {{ regions: Region[], [field: string]: unknown }} Config as the API has it */
/** @typedef {{ version: number, config: Config }} Live */
/** @typedef {{ region: string, field: string }} Touched a field of a region that was edited */
/** @typedef {{ kind: 'none' } | { kind: 'rollback' } | { kind: 'put', config: Config }} WayBack */

/**
 * @param {Config} config
 * @param {string} id of the region
 * @param {Record<string, unknown>} fields
 * @returns {Config}
 */
export function withRegion(config, id, fields) {
  const regions = config.regions.map((region) => (region.id === id ? { ...region, ...fields } : region));
  return { ...config, regions };
}

/**
 * How to undo edits and nothing else: a rollback, or where somebody else has edited meanwhile, the old values of these
 * fields in what there is now.
 *
 * @param {Live} base before the edits
 * @param {Live} current
 * @param {readonly Touched[]} touched
 * @returns {WayBack}
 */
export function wayBack(base, current, touched) {
  const restored = touched.reduce(
    (config, { region, field }) =>
      withRegion(config, region, { [field]: base.config.regions.find(({ id }) => id === region)?.[field] }),
    current.config,
  );
  if (isSame(restored, current.config)) return { kind: 'none' };
  return isSame(restored, base.config) ? { kind: 'rollback' } : { kind: 'put', config: restored };
}

/** Whatever the order of their fields. @param {unknown} a @param {unknown} b */
function isSame(a, b) {
  return ordered(a) === ordered(b);
}

/** @param {unknown} value @returns {string} */
function ordered(value) {
  return JSON.stringify(value, (_, each) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
