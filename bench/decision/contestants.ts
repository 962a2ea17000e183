// Names of what is compared; worker.ts has what each does. A separate file, so that only the Worker loads worker.ts.

export const CONTESTANTS = [
  'getOptimalRegion',
  'with observations',
  'haversine loop',
  'geolib findNearest',
] as const;
