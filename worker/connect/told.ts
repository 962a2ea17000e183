// What a data center is told of a region that it asks: types.

import type { SeenState } from '../../api/states.ts';
import type { RegionStatus } from '../region/status.ts';

/** Its object's status, or what is seen of an external one. */
export interface Told extends Omit<RegionStatus, 'state'> {
  readonly state: SeenState;
}
