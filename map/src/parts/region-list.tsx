// All regions in short; one that is chosen is shown as a whole.

import { app, useApp } from '../state/use-app.ts';
import { clientsText, shortCount } from '../words/numbers.ts';
import { colourOf } from './colours.ts';
import { RegionDetail } from './region-detail.tsx';
import { lookOf, Sign } from './sign.tsx';
import { SignInNeeded } from './sign-in-needed.tsx';

export function RegionList() {
  const { world, region: chosen, connection } = useApp();
  if (connection.is === 'refused' && connection.refusal.code === 'regions_hidden') {
    return <SignInNeeded forWhat="to see the regions" />;
  }
  if (world === undefined) return <p class="muted">Asking the regions…</p>;
  if (world.regions.length === 0) return <p class="muted">The configuration has no regions.</p>;
  const region = world.regions.find(({ id }) => id === chosen);
  if (region !== undefined) return <RegionDetail region={region} />;
  const ids = world.regions.map(({ id }) => id);
  return (
    <ul class="rows">
      {world.regions.map(({ id, name, kind, state, clients }) => {
        const rate = world.messages.get(id)?.rate ?? null;
        return (
          <li key={id}>
            <button type="button" class="row" onClick={() => app.set({ region: id })}>
              <Sign look={lookOf(state)} />
              <span class="row-main">
                <b>{name}</b>
                <span class="muted">
                  <span class="swatch" style={{ background: colourOf(id, ids) }} />
                  {id} · {kind === undefined ? '' : `${kind} · `}
                  {lookOf(state).word}
                </span>
              </span>
              <span class="row-figures">
                <span>{clientsText(clients)}</span>
                <span class="muted">{rate === null ? '–' : shortCount(rate)} msg/s</span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
