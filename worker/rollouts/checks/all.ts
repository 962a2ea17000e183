// All checks by their names. Pure.

import type { RolloutCheck } from '../../../api/rollouts.ts';
import { connects } from './connects.ts';
import { p95 } from './p95.ts';
import { disconnects, jetStream, lag, mesh, regionsServe } from './servers.ts';
import type { Evidence, Verdict } from './verdict.ts';

export function verdictOf(check: RolloutCheck, evidence: Evidence): Verdict {
  switch (check.check) {
    case 'connects':
      return connects(check, evidence);
    case 'p95':
      return p95(check, evidence);
    case 'disconnects':
      return disconnects(check, evidence);
    case 'regions':
      return regionsServe(check, evidence);
    case 'mesh':
      return mesh(evidence);
    case 'jetstream':
      return jetStream(evidence);
    case 'lag':
      return lag(check, evidence);
  }
}
