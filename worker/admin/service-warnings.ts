// What a dry run warns of when an edit would leave clients without a region.

import type { ProblemView } from '../../api/config.ts';
import type { Forecast } from '../../api/forecast.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { servesAnybody } from '../../routing/served.ts';
import { LAST_REGION } from './edit-answer.ts';

/** Countries that the message names; `forecast.unserved` has all of them. */
const NAMED = 10;

/** `last_region` if nobody would be served, which an edit is refused for; `unserved` if that holds for some countries. */
export function serviceWarnings(
  after: MeridianConfig,
  { unserved }: Pick<Forecast, 'unserved'>,
): readonly ProblemView[] {
  if (!servesAnybody(after)) return [{ path: 'regions', code: 'last_region', message: LAST_REGION }];
  const countries = unserved.filter(({ isNew }) => isNew);
  if (countries.length === 0) return [];
  const named = countries.slice(0, NAMED).map(({ country }) => country);
  const more = countries.length > NAMED ? ` and ${countries.length - NAMED} more` : '';
  const percent = (100 * countries.reduce((sum, { share }) => sum + share, 0)).toFixed(1);
  const message = `nobody would serve clients from ${named.join(', ')}${more}, who are ${percent}% of all and are served now`;
  return [{ path: 'regions', code: 'unserved', message }];
}
