// Where clients of a place go, and how that was decided: the ranked regions, their estimates, and what each filter did.

import { useState } from 'preact/hooks';
import type { Route } from '../../../api/route.ts';
import { decideFor } from '../state/decide.ts';
import { app, nameOf, useApp } from '../state/use-app.ts';
import { msText } from '../words/numbers.ts';
import { placeQuery } from '../words/place-query.ts';
import { youSentence } from '../words/you.ts';
import { colourOf } from './colours.ts';
import { Sentence } from './words.tsx';

export function PlacePanel() {
  const { decision, world } = useApp();
  return (
    <div>
      <PlaceForm />
      {decision === undefined ? (
        <p class="muted">
          Click anywhere on the map, or write a place: a data center such as <b>SYD</b>, a country such as{' '}
          <b>AU</b>, or a latitude and a longitude such as <b>-33.9, 151.2</b>.
        </p>
      ) : (
        <>
          <p class="you-sentence">
            <Sentence
              words={youSentence(decision.route, (id) => nameOf(world?.regions ?? [], id), decision.who)}
            />
          </p>
          <DecisionView route={decision.route} />
          <button type="button" class="link" onClick={() => app.set({ decision: undefined })}>
            Take it off the map
          </button>
        </>
      )}
    </div>
  );
}

function PlaceForm() {
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const asked = placeQuery(text);
    setIsWrong(asked === undefined);
    if (asked !== undefined) void decideFor(asked);
  };
  return (
    <form class="place-form" onSubmit={submit}>
      <label class="field">
        Place
        <input
          value={text}
          placeholder="SYD, AU or -33.9, 151.2"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={isWrong}
          aria-describedby="place-error"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="action">
        Decide
      </button>
      <p id="place-error" class="problem" hidden={!isWrong}>
        That is no data center, country or latitude and longitude.
      </p>
    </form>
  );
}

function DecisionView({ route }: { readonly route: Route }) {
  const { world } = useApp();
  const regions = world?.regions ?? [];
  const ids = regions.map(({ id }) => id);
  const all = [...route.candidates, ...route.rejected];
  const longest = Math.max(...all.map(({ estimate }) => Math.max(estimate.finalMs, estimate.priorMs)), 1);
  const rows = [
    ...route.candidates.map((each) => ({ ...each, place: String(each.rank) })),
    ...route.rejected.map((each) => ({ ...each, place: '–' })),
  ];
  return (
    <>
      <ol class="ranking">
        {rows.map(({ region, place, estimate, effects }) => (
          <li key={region} class={place === '–' ? 'rejected' : ''}>
            <div class="rank-head">
              <span class="rank">{place === '–' ? <span title="may not serve it">–</span> : place}</span>
              <b>{nameOf(regions, region)}</b>
              <span class="muted">{region}</span>
              <span class="rank-ms">{msText(estimate.finalMs)}</span>
            </div>
            <div class="bar" aria-hidden="true">
              <span
                class="bar-fill"
                style={{ width: `${(estimate.finalMs / longest) * 100}%`, background: colourOf(region, ids) }}
              />
              <span class="bar-mark" style={{ left: `${(estimate.priorMs / longest) * 100}%` }} />
            </div>
            <p class="muted small">
              model {msText(estimate.priorMs)}
              {estimate.measuredMs === null
                ? ', nothing measured yet'
                : `, measured ${msText(estimate.measuredMs)} (${estimate.samples} samples)`}
            </p>
            {effects.map((effect) => (
              <p key={effect.filter + effect.code} class={`effect ${effect.effect}`}>
                <b>{effect.filter}</b> {effect.reason}
              </p>
            ))}
          </li>
        ))}
      </ol>
      {route.panic ? (
        <p class="warning">So few regions look healthy that guesses at their health were ignored.</p>
      ) : null}
      {route.wake === undefined ? null : (
        <p class="muted">{nameOf(regions, route.wake)} is woken for those who come next.</p>
      )}
      {route.notes.map((note) => (
        <p key={note} class="muted">
          {note}
        </p>
      ))}
      <p class="muted small">
        The bar is the estimate, its mark what the model says. Configuration {route.version}.
      </p>
    </>
  );
}
