import { expect, test } from 'vitest';
import { livingEdge, refusal, startFakeEdge } from '../../test/support/fake-edge.ts';
import { checkAdminToken } from './admin-token.ts';
import { bundleScript } from './bundle-script.ts';
import { EXIT } from './loadtest-error.ts';
import { findScript } from './scripts.ts';

const TARGET = { url: 'http://127.0.0.1:9', adminToken: undefined, control: undefined };

async function bundleOf(name: string): Promise<string> {
  return bundleScript((await findScript(name)).path);
}

test.each(['edits', 'failover'])(
  '%s without a token is refused, and where to put it is said',
  async (name) => {
    await expect(checkAdminToken(name, await bundleOf(name), TARGET)).rejects.toMatchObject({
      exitCode: EXIT.refused,
      message: expect.stringMatching(new RegExp(`^${name} .* has no token .* MERIDIAN_TOKEN`)),
    });
  },
);

test('what needs none, or has a control server instead, is not asked for one', async () => {
  await checkAdminToken('latency', await bundleOf('latency'), TARGET);
  const control = 'http://127.0.0.1:9';
  await checkAdminToken('failover', await bundleOf('failover'), { ...TARGET, control });
  await expect(checkAdminToken('edits', await bundleOf('edits'), { ...TARGET, control })).rejects.toThrow();
});

test("a token that is not the target's is refused, one that is passes", async () => {
  const bundle = await bundleOf('edits');
  await using refusing = await startFakeEdge({ 'GET /api/config': refusal(401, 'unauthorized') });
  await expect(
    checkAdminToken('edits', bundle, { ...TARGET, url: refusing.url, adminToken: 'wrong' }),
  ).rejects.toMatchObject({
    exitCode: EXIT.refused,
    message: expect.stringContaining('does not know this token'),
  });
  await using edge = await startFakeEdge(livingEdge());
  await checkAdminToken('edits', bundle, { ...TARGET, url: edge.url, adminToken: 'right' });
  expect(edge.asked.map(({ authorization }) => authorization)).toEqual(['Bearer right']);
});
