// The page: the map or the tables, and a panel beside it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Flow, flowsBetween, type Underway } from './live/flows.ts';
import type { World } from './live/world.ts';
import { Announcer } from './parts/announcer.tsx';
import { ChangePanel } from './parts/change-panel.tsx';
import { ConfirmDialog } from './parts/confirm-dialog.tsx';
import { FollowPanel } from './parts/follow-panel.tsx';
import { HistoryPanel } from './parts/history-panel.tsx';
import { MapView, type MarkedRegion } from './parts/map-view.tsx';
import { Notices } from './parts/notices.tsx';
import { PlacePanel } from './parts/place-panel.tsx';
import { RegionList } from './parts/region-list.tsx';
import { ReplayBar } from './parts/replay-bar.tsx';
import { RolloutStrip } from './parts/rollout-strip.tsx';
import { SignInDialog } from './parts/sign-in-dialog.tsx';
import { Tables } from './parts/tables.tsx';
import { TabPanel, Tabs } from './parts/tabs.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { YouCard } from './parts/you-card.tsx';
import { regionsAt } from './replay/recording.ts';
import { type AppState, app, type Panel } from './state/app.ts';
import { decideFor } from './state/decide.ts';
import { sceneOf } from './state/scene-of.ts';
import { useApp } from './state/use-app.ts';
import { summaryOf } from './words/summary.ts';

const PANELS = [
  { name: 'regions', title: 'Regions' },
  { name: 'place', title: 'Place' },
  { name: 'change', title: 'Change' },
  { name: 'follow', title: 'Follow' },
  { name: 'history', title: 'History' },
] as const satisfies readonly { name: Panel; title: string }[];

/** The others need all of the room. */
const ROOM_FOR_YOU: readonly Panel[] = ['regions', 'place'];

export function Page() {
  const state = useApp();
  const { panel, view, world, connection, region } = state;
  const isOld = world !== undefined && connection.is !== 'live';
  useEffect(() => {
    // Where the panel is below the map or the tables, one would not see that there is something.
    if (region !== undefined) document.getElementById('panel')?.scrollIntoView({ block: 'nearest' });
  }, [region]);
  return (
    <div class={isOld ? 'page old' : 'page'}>
      <a class="skip" href="#panel">
        To the panel
      </a>
      <TopBar />
      <Notices />
      <RolloutStrip />
      <main class="main">
        <TabPanel id="main" name={view} class="stage">
          {view === 'map' ? <WorldMap state={state} /> : <Tables />}
        </TabPanel>
        <aside class="side" aria-label="Details">
          {ROOM_FOR_YOU.includes(panel) ? <YouCard /> : null}
          <Tabs
            label="Details"
            controls="panel"
            tabs={PANELS}
            chosen={panel}
            onChoose={(name) => app.set({ panel: name })}
          />
          <TabPanel id="panel" name={panel} class="panel">
            <ChosenPanel panel={panel} />
          </TabPanel>
        </aside>
      </main>
      <ReplayBar />
      <SignInDialog />
      <ConfirmDialog />
      <Announcer />
    </div>
  );
}

function ChosenPanel({ panel }: { readonly panel: Panel }) {
  switch (panel) {
    case 'regions':
      return <RegionList />;
    case 'place':
      return <PlacePanel />;
    case 'change':
      return <ChangePanel />;
    case 'follow':
      return <FollowPanel />;
    case 'history':
      return <HistoryPanel />;
  }
}

function WorldMap({ state }: { readonly state: AppState }) {
  const { world, moment, recording, region, decision, proposal, trace, panel } = state;
  const scene = useMemo(
    () => sceneOf(state),
    [world, moment === undefined, region, decision, proposal, trace, panel],
  );
  const flows = useFlows(world);
  const then =
    moment === undefined || recording === undefined
      ? undefined
      : regionsAt(recording, moment, world?.regions ?? []);
  const regions: readonly MarkedRegion[] = (world?.regions ?? []).map((one, n) => {
    const { id, name, maxClients } = one;
    const { state: shown, clients } = then?.[n] ?? one;
    return { id, name, maxClients, state: shown, clients };
  });
  return (
    <>
      <MapView
        scene={scene}
        regions={regions}
        flows={flows}
        summary={world === undefined ? 'A map of the world' : `A map of the world: ${summaryOf(world)}`}
        onRegion={(id) => app.set({ region: region === id ? undefined : id, panel: 'regions' })}
        onPlace={(at) => void decideFor({ at })}
      />
      <MapNote state={state} />
    </>
  );
}

/** What the map shows, where it is not what is. */
function MapNote({ state: { proposal, moment, world, connection } }: { readonly state: AppState }) {
  if (proposal !== undefined) return <p class="map-note">Forecast: who would move by {proposal.what}</p>;
  if (moment !== undefined) return <p class="map-note">A moment of the last day</p>;
  if (world === undefined && connection.is === 'refused') return null;
  if (world === undefined) return <p class="map-note">Asking the regions…</p>;
  const clients = world.regions.reduce((sum, region) => sum + (region.clients ?? 0), 0);
  return clients === 0 ? (
    <p class="map-note">No client is connected. Click a place to see where one would go.</p>
  ) : null;
}

function useFlows(world: World | undefined): readonly Flow[] {
  const before = useRef<World | undefined>(undefined);
  const underway = useRef<readonly Underway[]>([]);
  const [flows, setFlows] = useState<readonly Flow[]>([]);
  useEffect(() => {
    if (world === undefined) return;
    if (before.current !== undefined) {
      const seen = flowsBetween(before.current.regions, world.regions, world.at, underway.current);
      underway.current = seen.underway;
      if (seen.flows.length > 0) setFlows(seen.flows);
    }
    before.current = world;
  }, [world]);
  return flows;
}
