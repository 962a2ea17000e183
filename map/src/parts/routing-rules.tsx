// The rules of routing that are the same for all regions: filters that are on or off, and what they are set to.

import type { ResolvedConfig } from '../state/config.ts';
import { Slider } from './slider.tsx';

type Routing = ResolvedConfig['routing'];
type Filter = Routing['off'][number];

/** In the order in which they run. */
const FILTERS: Readonly<Record<Filter, string>> = {
  health: 'puts regions that fail behind all others',
  residency: 'keeps clients to the regions that may serve their country',
  pin: 'follows a client that asks for a region',
  dial: 'has a region take only a percentage of its clients',
  priority: 'keeps reserve regions for when no other serves',
  capacity: 'passes over regions that are full',
  warmth: 'prefers regions that are awake, if they are near enough',
  affinity: 'brings clients back to the region they had',
  band: 'shares clients between regions that are about equally good',
};

interface RoutingRulesProps {
  readonly routing: Routing;
  readonly was: Routing;
  readonly onChange: (change: Partial<Routing>) => void;
  readonly onFilter: (filter: Filter, isOn: boolean) => void;
}

export function RoutingRules({ routing, was, onChange, onFilter }: RoutingRulesProps) {
  return (
    <fieldset class="setting">
      <legend>All regions</legend>
      <Slider
        label="Band"
        unit=" ms"
        help="Regions whose estimates are this close to the best one share its clients, by weight"
        value={routing.bandMs}
        was={was.bandMs}
        min={0}
        max={100}
        step={1}
        onChange={(bandMs) => onChange({ bandMs })}
      />
      <Slider
        label="Spill"
        unit=" ms"
        help="A region over its soft limit loses new clients to regions at most this much farther away"
        value={routing.spillMs}
        was={was.spillMs}
        min={0}
        max={1000}
        step={10}
        onChange={(spillMs) => onChange({ spillMs })}
      />
      {(Object.keys(FILTERS) as Filter[]).map((filter) => (
        <label
          key={filter}
          class={routing.off.includes(filter) === was.off.includes(filter) ? 'check' : 'check changed'}
        >
          <input
            type="checkbox"
            checked={!routing.off.includes(filter)}
            onChange={(event) => onFilter(filter, event.currentTarget.checked)}
          />
          <span>
            <b>{filter}</b> <span class="muted">{FILTERS[filter]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
