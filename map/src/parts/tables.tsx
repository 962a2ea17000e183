// The same as on the map, as tables.

import { linkKey } from '../live/world.ts';
import { app, clock, nameOf, useApp } from '../state/use-app.ts';
import { bytesRate, durationText, msText, shortCount } from '../words/numbers.ts';
import { LINK_WORDS } from '../words/region-states.ts';
import { lookOf } from './sign.tsx';
import { useTick } from './use-tick.ts';

/** More are counted only. */
const PLACES_SHOWN = 200;

export function Tables() {
  useTick(5_000);
  const { world } = useApp();
  if (world === undefined) return <p class="muted">Asking the regions…</p>;
  const { regions, links, places, traffic, messages, level } = world;
  const name = (id: string) => nameOf(regions, id);
  const now = clock.now();
  const rows = [...places.values()].toSorted((a, b) => b.clients - a.clients);
  return (
    <div class="tables">
      <table>
        <caption>Regions</caption>
        <thead>
          <tr>
            <th scope="col">Region</th>
            <th scope="col">State</th>
            <th scope="col">For</th>
            <th scope="col" class="number">
              Clients
            </th>
            <th scope="col" class="number">
              Limit
            </th>
            <th scope="col" class="number">
              Messages<span class="when-wide"> in a second</span>
              <span class="when-narrow"> a second</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {regions.map(({ id, name: full, state, since, clients, maxClients, problem }) => {
            const look = lookOf(state);
            const rate = messages.get(id)?.rate ?? null;
            return (
              <tr key={id}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    onClick={() => app.set({ region: id, panel: 'regions' })}
                  >
                    <span class="when-wide">{full}</span>
                    <span class="when-narrow">{id}</span>
                  </button>{' '}
                  <span class="muted when-wide">{id}</span>
                </th>
                <td>
                  <span class={`tone-text-${look.tone}`}>{look.word}</span>
                  {problem === undefined ? null : <span class="problem"> {problem}</span>}
                </td>
                <td>{durationText(now - since)}</td>
                <td class="number">{clients === null ? 'unknown' : shortCount(clients)}</td>
                <td class="number">{maxClients === undefined ? '–' : shortCount(maxClients)}</td>
                <td class="number">{rate === null ? '–' : shortCount(rate)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <table>
        <caption>Links</caption>
        <thead>
          <tr>
            <th scope="col">Between</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Round trip
            </th>
            <th scope="col" class="number">
              Traffic
            </th>
            <th scope="col" class="number">
              Made again
            </th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => {
            const rate = traffic.get(linkKey(link))?.rate ?? null;
            return (
              <tr key={linkKey(link)}>
                <th scope="row">
                  <span class="when-wide">
                    {name(link.a)} – {name(link.b)}
                  </span>
                  <span class="when-narrow">
                    {link.a} – {link.b}
                  </span>
                </th>
                <td>{LINK_WORDS[link.state]}</td>
                <td class="number">{msText(link.rttMs)}</td>
                <td class="number">{rate === null ? '–' : bytesRate(rate)}</td>
                <td class="number">{link.remade === null ? 'unknown' : link.remade}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {level === 'public' ? (
        <p class="muted">Where clients come from is shown to those who have signed in.</p>
      ) : (
        <table>
          <caption>
            Clients by place{rows.length > PLACES_SHOWN ? ` (${PLACES_SHOWN} of ${rows.length})` : ''}
          </caption>
          <thead>
            <tr>
              <th scope="col">Place</th>
              <th scope="col">Region</th>
              <th scope="col" class="number">
                Clients
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, PLACES_SHOWN).map((place) => (
              <tr key={place.key}>
                <th scope="row">{placeText(place)}</th>
                <td>{name(place.region)}</td>
                <td class="number">{shortCount(place.clients)}</td>
              </tr>
            ))}
            {rows.length === 0 ? (
              <tr>
                <td colSpan={3} class="muted">
                  {regions.some(({ clients }) => (clients ?? 0) > 0)
                    ? 'Where the clients come from is not known yet.'
                    : 'No client is connected.'}
                </td>
              </tr>
            ) : null}
          </tbody>
        </table>
      )}
    </div>
  );
}

function placeText(place: {
  readonly colo?: string;
  readonly country?: string;
  readonly latitude: number;
  readonly longitude: number;
}): string {
  const { colo, country, latitude, longitude } = place;
  const named = [colo, country].filter((part) => part !== undefined).join(', ');
  return named === '' ? `${Math.round(latitude)}, ${Math.round(longitude)}` : named;
}
