// What a change would do, in words and numbers; the map has its arcs.

import type { DryRun } from '../../../api/config.ts';
import { nameOf, useApp } from '../state/use-app.ts';
import { changeText } from '../words/change.ts';
import { dollarText, msText, percentText, shortCount } from '../words/numbers.ts';

const MOVES_SHOWN = 8;
const COUNTRIES_SHOWN = 4;

export function ForecastView({ dryRun }: { readonly dryRun: DryRun }) {
  const { world } = useApp();
  const name = (id: string | null) => (id === null ? 'no region' : nameOf(world?.regions ?? [], id));
  const { forecast, warnings, needsDeploy } = dryRun;
  const { movedShare, moves, latency, limits, unserved, refused, confidence, source, clients, cost } =
    forecast;
  const whole = source === 'traffic' ? 'the connections of the last day' : "the world's population";
  return (
    <div class="forecast">
      <p class="headline">
        <strong>{percentText(movedShare)}</strong> of {whole} would go elsewhere.
      </p>
      <ul class="moves">
        {moves.slice(0, MOVES_SHOWN).map(({ from, to, share, countries }) => (
          <li key={`${from}-${to}`}>
            <b class="share">{percentText(share)}</b>
            <span>
              {name(from)} → {name(to)}
              <span class="muted countries">
                {countries
                  .slice(0, COUNTRIES_SHOWN)
                  .map(({ country, share: part }) => `${country} ${percentText(part)}`)
                  .join(', ')}
              </span>
            </span>
          </li>
        ))}
        {moves.length > MOVES_SHOWN ? <li class="muted">and {moves.length - MOVES_SHOWN} more</li> : null}
      </ul>
      <dl class="facts">
        <div>
          <dt>Mean latency</dt>
          <dd>
            {msText(latency.before.meanMs)} → {msText(latency.after.meanMs)}
          </dd>
        </div>
        <div>
          <dt>95% are below</dt>
          <dd>
            {msText(latency.before.p95Ms)} → {msText(latency.after.p95Ms)}
          </dd>
        </div>
        <div>
          <dt title={`List prices of ${cost.pricesReadOn}, without what messages cost`}>
            Cost a month{cost.arePricesStale ? ' (stale prices)' : ''}
          </dt>
          <dd>
            {dollarText(cost.before.mid)} → {dollarText(cost.after.mid)}
          </dd>
        </div>
      </dl>
      {refused.after > 0 ? (
        <p class={refused.after > refused.before ? 'problem' : ''}>
          {percentText(refused.after)} would be served by no region; now it is {percentText(refused.before)}.
        </p>
      ) : null}
      {limits.map(({ region, clients: count, limit, kind }) => (
        <p key={region + kind} class="problem">
          {name(region)} would have about {shortCount(count)} clients, over its {kind} limit of{' '}
          {shortCount(limit)}.
        </p>
      ))}
      {clients === null ? (
        <p class="muted">How many clients are connected is unknown, so no limit was checked.</p>
      ) : null}
      {unserved.some(({ isNew }) => isNew) ? (
        <p class="problem">
          No region would serve{' '}
          {unserved
            .filter(({ isNew }) => isNew)
            .map(({ country }) => country)
            .join(', ')}
          .
        </p>
      ) : null}
      {warnings
        .filter(({ code }) => code !== 'unserved')
        .map(({ path, message }) => (
          <p key={path + message} class="warning">
            {message}
          </p>
        ))}
      {needsDeploy.map((change) => (
        <p key={change.path} class="problem">
          {changeText(change)}: this needs a deploy.
        </p>
      ))}
      <p class="muted">Confidence is {confidence}</p>
    </div>
  );
}
