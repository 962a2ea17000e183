// What the scripts use of the wire contract. k6 resolves no import of `api/`, which is TypeScript: a test holds this
// copy against it.

export const PATHS = {
  nats: '/nats',
  health: '/health',
  regions: '/api/regions',
  route: '/api/route',
  config: '/api/config',
  rollback: '/api/config/rollback',
};

/**
 * @param {string} region
 * @param {'drain' | 'undrain'} operation
 */
export function regionOperationPath(region, operation) {
  return `${PATHS.regions}/${region}/${operation}`;
}

/** Sends a client to one region and no other. */
export const FORCE_REGION_HEADER = 'x-nats-force-region';
