// Names of what is compared; worker.ts has what each does. On their own, so that only the Worker loads it.

export const CONTESTANTS = [
  'getOptimalRegion',
  'with observations',
  'haversine loop',
  'geolib findNearest',
] as const;
