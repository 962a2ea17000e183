// One rollout is under way at a time: what a test that failed has left would fail the next one.

import type { ApiClient } from '../../api/client.ts';

export async function endRollouts(api: Pick<ApiClient, 'rollouts' | 'operateRollout'>): Promise<void> {
  const { rollouts } = await api.rollouts();
  for (const { id, endedAt } of rollouts) if (endedAt === null) await api.operateRollout(id, 'abort');
}
