// Says each edit of the target before it is made: `npm run loadtest` reads it, and takes back what a k6 that is killed
// leaves edited.

/**
 * @param {string} region
 * @param {Readonly<Record<string, unknown>>} fields what they are set to
 * @param {Readonly<Record<string, unknown>> | undefined} before the region as it was
 */
export function announceEdit(region, fields, before) {
  for (const [field, set] of Object.entries(fields))
    console.info(`edits the target: ${region}.${field}=${set} (was ${before?.[field]})`);
}
