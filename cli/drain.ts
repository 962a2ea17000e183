// `regions drain ID [--wait]`: takes a region out of service; `regions undrain ID`: puts it back.

import { Command } from 'commander';
import { externalRegions, type MeridianConfig } from '../regions/config.ts';
import { describeProblem } from '../regions/problems.ts';
import { unknownRegion } from '../regions/rules/service.ts';
import type { AdminClient } from './admin-client.ts';
import { positiveNumber } from './arguments.ts';
import { type ConfirmOptions, confirm, showBefore } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import type { DrainTimes } from './drain-text.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { waitUntilEmpty } from './wait-until-empty.ts';
import { say } from './wrap.ts';

/** Longer than any useful lame duck mode. The drain itself continues when the command stops waiting. */
const WAIT_TIMEOUT_S = 900;

interface Options extends ConfirmOptions, ConnectionOptions {
  readonly force?: true;
}

/** Makes the subcommand. */
export function drainCommand(): Command {
  return withOptions(new Command('drain'))
    .description('take a region out of service: no new clients, then those who are there move')
    .option('--force', 'even if no region would serve anybody')
    .option('--wait', 'wait until its clients have gone and it has stopped')
    .option('--timeout <seconds>', 'how long to wait', positiveNumber, WAIT_TIMEOUT_S)
    .action(async (id: string, options: Options & { wait?: true; timeout: number }) => {
      const client = await openClient(options);
      const { base, times, isOutside } = await showDrain(client, id, true, options);
      if (options.wait && isOutside) throw notCounted(id);
      await confirm(`Drain ${id}?`, options);
      const { force, json } = options;
      const started = await client.operate(id, 'drain', { base, force });
      const result = options.wait
        ? await waitUntilEmpty(client, started, { timeoutMs: options.timeout * 1000, times })
        : started;
      if (json) console.log(JSON.stringify(result, null, 2));
      else if (isOutside)
        say(`${id} takes no new clients; those who are there stay until they leave: it is external.`);
      else if (options.wait) say(`${id} is empty and has stopped.`);
      else say(`${id} is ${result.state}, with ${result.clients ?? '?'} clients left.`);
    });
}

/** Makes the subcommand. */
export function undrainCommand(): Command {
  return withOptions(new Command('undrain'))
    .description('put a drained region back into service')
    .action(async (id: string, options: Options) => {
      const client = await openClient(options);
      const { base } = await showDrain(client, id, false, options);
      await confirm(`Put ${id} back into service?`, options);
      const result = await client.operate(id, 'undrain', { base });
      if (options.json) console.log(JSON.stringify(result, null, 2));
      else say(`${id} takes clients again; it is ${result.state}.`);
    });
}

function withOptions(command: Command): Command {
  return withConnection(command)
    .argument('<id>', 'id of the region, such as weur')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON');
}

/**
 * Shows whom a drain, or its end, would move. The region may be configured like this already, by an edit: then there is no
 * effect on routing to show.
 * @returns the version that was shown, and what bounds a drain
 */
export async function showDrain(
  client: AdminClient,
  id: string,
  drain: boolean,
  options: ConfirmOptions,
): Promise<{ readonly base: number; readonly times: DrainTimes; readonly isOutside: boolean }> {
  const { version, config } = await client.config();
  const dryRun = await client.dryRun(withDrain(config, id, drain));
  if (dryRun.changes.length > 0) showBefore(dryRun, options);
  const isOutside = externalRegions(config).some((region) => region.id === id);
  return { base: version, times: config, isOutside };
}

function notCounted(id: string): CommandError {
  const words = `${id} is external: nobody here knows when its last client has left. Drain it without --wait.`;
  return new CommandError(EXIT.refused, words, { details: { code: 'external_region' } });
}

function withDrain(config: MeridianConfig, id: string, drain: boolean): MeridianConfig {
  const known = config.regions.map((region) => region.id);
  if (!known.includes(id)) {
    throw new CommandError(EXIT.refused, describeProblem(unknownRegion('', id, known)), {
      details: { code: 'no_such_region' },
    });
  }
  const regions = config.regions.map((region) => (region.id === id ? { ...region, drain } : region));
  return { ...config, regions };
}
