// What an edit would do: what it would change, whether it needs a deploy, and which clients it would move.

import type { DryRun } from '../../api/config.ts';
import { DryRunBodySchema } from '../../api/edits.ts';
import { diffConfigs } from '../../regions/edits/diff.ts';
import { nextStartNotes } from '../../regions/edits/next-start.ts';
import { validateConfig } from '../../regions/validate.ts';
import { compileRouting } from '../../routing/plan.ts';
import { deployedConfig } from '../config/active-config.ts';
import { changesToDeploy, standingOf } from '../config/edit-rules.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { forecast } from '../forecast/forecast.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { invalidAnswer } from './edit-answer.ts';
import { fromStore } from './from-store.ts';
import { readJsonBody } from './json-body.ts';
import { problemView } from './problem-view.ts';
import { serviceWarnings } from './service-warnings.ts';

/** `POST /api/config/dry-run`. Stores nothing, and needs no store. @param traffic what the forecast replays */
export async function dryRunConfig(
  request: Request,
  { env }: EdgeContext,
  traffic: () => Promise<Traffic>,
): Promise<Response> {
  const read = await readJsonBody(request, DryRunBodySchema);
  if (!read.ok) return read.response;
  const validation = validateConfig(read.body.config);
  if (!validation.ok) return invalidAnswer(validation.problems);
  const { config: after, warnings } = validation;
  return fromStore(
    async () => configStore(env)?.current(),
    async (stored) => {
      const { version: base, config: before, deployed } = standingOf(stored, deployedConfig(env));
      const changes = diffConfigs(before, after);
      const foreseen = forecast(
        compileRouting(before, base),
        compileRouting(after, base + 1),
        await traffic(),
        { now: Date.now() },
      );
      return Response.json({
        base,
        changes,
        needsDeploy: changesToDeploy(deployed, after),
        warnings: [
          ...warnings.map(problemView),
          ...serviceWarnings(after, foreseen),
          ...nextStartNotes(changes),
        ],
        forecast: foreseen,
      } satisfies DryRun);
    },
  );
}
