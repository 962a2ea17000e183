// `GET /health`.

import * as v from 'valibot';
import { Version, type Wire } from './schema-kinds.ts';

export const HealthSchema = v.strictObject({
  ok: v.pipe(v.boolean(), v.description('whether at least one enabled region can serve')),
  version: Version,
  regions: v.pipe(v.array(v.string()), v.description('those that can serve; a sleeping region can')),
});
export type Health = Wire<typeof HealthSchema>;
