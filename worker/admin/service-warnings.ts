// The warnings of a dry run if an edit would leave clients without a region.

import type { ProblemView } from '../../api/config.ts';
import type { Forecast } from '../../api/forecast.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { servesAnybody } from '../../routing/served.ts';
import { LAST_REGION } from './edit-answer.ts';

/** How many countries the message names; `forecast.unserved` lists them all. */
const NAMED = 10;

/** `last_region` if no client would be served, so the edit would be refused; `unserved` if some countries would not. */
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
