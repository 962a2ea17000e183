// What `apply` and `set` share: show the effect, ask for confirmation, publish, report the result.

import type { Published } from '../api/config.ts';
import type { MeridianConfig } from '../regions/config.ts';
import type { AdminClient } from './admin-client.ts';
import { type ConfirmOptions, confirm, messageOf, showBefore } from './confirm.ts';
import { versionText } from './version-text.ts';
import { say } from './wrap.ts';

export interface PublishOptions extends ConfirmOptions {
  readonly message?: string;
  readonly force?: true;
}

/** `base` is the version that `config` was made from; absent, the one that the dry run compares with. */
export async function publish(
  client: AdminClient,
  { config, base }: { config: MeridianConfig; base?: number },
  options: PublishOptions,
): Promise<void> {
  const dryRun = await client.dryRun(config);
  if (dryRun.changes.length === 0) return report(options, { ...dryRun, result: null });
  showBefore(dryRun, options);
  const message = await messageOf(options);
  await confirm('Make these changes?', options);
  const { force = false } = options;
  const result = await client.put({ base: base ?? dryRun.base, config, message, force });
  report(options, { ...dryRun, result });
}

/** The last line of a change; `result` is null where there was nothing to do. */
export function report({ json }: { json?: true }, outcome: { readonly result: Published | null }): void {
  if (json) console.log(JSON.stringify(outcome, null, 2));
  else if (outcome.result === null) say('Nothing to change: the live configuration is like that already.');
  else say(`Done: ${versionText(outcome.result)}.`);
}
