// The last day below the map: a scrubber that shows any moment of it, and series of all regions beside.

import { useEffect, useState } from 'preact/hooks';
import type { MetricsHistory, Traffic } from '../../../api/metrics.ts';
import { PATHS } from '../../../api/paths.ts';
import { gauge, momentAt, type Recording, rates } from '../replay/recording.ts';
import { app, ask, clock, useApp } from '../state/use-app.ts';
import { durationText } from '../words/numbers.ts';
import { dayText } from '../words/when.ts';
import { Chart } from './chart.tsx';

const DAY_MINUTES = 1_440;
const HOUR_MINUTES = 60;
const SECONDS_PER_MINUTE = 60;
const AGAIN_MS = 60_000;

/** While there is nothing to show yet: the collector writes a moment every ten seconds. */
const SOON_MS = 10_000;

/** A replay of a whole day takes half a minute. */
const REPLAY_MS = 30_000;
const FRAME_MS = 100;

/** A day has a moment in some minutes; a deployment that is younger is seen better by the hour. */
async function readRecording(): Promise<MetricsHistory> {
  const of = (minutes: number) => ask<MetricsHistory>(PATHS.metricsHistory, { query: { minutes } });
  const day = await of(DAY_MINUTES);
  const [first] = day.points;
  const isYoung = first === undefined || clock.now() - first.at < 2 * HOUR_MINUTES * 60_000;
  return isYoung ? of(HOUR_MINUTES) : day;
}

export function ReplayBar() {
  const { recording, moment, world } = useApp();
  const [isOpen, setIsOpen] = useState(false);
  const [isPlaying, setIsPlaying] = useState(false);
  const isAllowed = world !== undefined && world.level !== 'public';
  const points = recording?.points ?? [];
  const isEmpty = points.length < 2;
  useEffect(() => {
    if (!isAllowed) return;
    const read = () =>
      void readRecording().then(
        // A moment that is looked at stays where it is.
        (fresh) => app.get().moment === undefined && app.set({ recording: fresh }),
        () => {},
      );
    read();
    const timer = setInterval(read, isEmpty ? SOON_MS : AGAIN_MS);
    return () => clearInterval(timer);
  }, [isAllowed, isEmpty]);
  useEffect(() => {
    if (!isPlaying) return;
    const step = Math.max(1, Math.round((points.length * FRAME_MS) / REPLAY_MS));
    const timer = setInterval(() => {
      const next = (app.get().moment ?? 0) + step;
      if (next >= points.length) setIsPlaying(false);
      app.set({ moment: next >= points.length ? undefined : next });
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [isPlaying, points.length]);
  if (!isAllowed || recording === undefined || isEmpty) return null;
  const at = moment === undefined ? undefined : points[moment]?.at;
  const play = () => {
    if (!isPlaying && moment === undefined) app.set({ moment: 0 });
    setIsPlaying(!isPlaying);
  };
  return (
    <section class={isOpen ? 'replay open' : 'replay'} aria-label="The last day">
      <div class="scrubber">
        <button
          type="button"
          class="action"
          aria-label={isPlaying ? 'Pause' : 'Replay the last day'}
          onClick={play}
        >
          {isPlaying ? '❚❚' : '▶'}
        </button>
        <input
          type="range"
          min={0}
          max={points.length - 1}
          value={moment ?? points.length - 1}
          aria-label="Moment of the last day"
          aria-valuetext={at === undefined ? 'now' : dayText(at)}
          onInput={(event) => {
            const chosen = Number(event.currentTarget.value);
            app.set({ moment: chosen >= points.length - 1 ? undefined : chosen });
          }}
        />
        <output class="replay-at">
          {at === undefined ? 'Now' : `${dayText(at)}, ${durationText(clock.now() - at)} ago`}
        </output>
        {moment === undefined ? null : (
          <button
            type="button"
            class="action"
            onClick={() => {
              setIsPlaying(false);
              app.set({ moment: undefined });
            }}
          >
            Back to now
          </button>
        )}
        <button type="button" class="action" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          Charts
        </button>
      </div>
      {isOpen ? <Charts recording={recording} at={at} /> : null}
    </section>
  );
}

function Charts({ recording, at }: { readonly recording: Recording; readonly at: number | undefined }) {
  const { world } = useApp();
  const ids = (world?.regions ?? []).map(({ id }) => id);
  const [traffic, setTraffic] = useState<Traffic>();
  useEffect(() => {
    ask<Traffic>(PATHS.traffic, { query: { by: 'hour,region' } }).then(setTraffic, () => {});
  }, []);
  const choose = (seconds: number) => app.set({ moment: momentAt(recording, seconds * 1_000) });
  return (
    <div class="charts">
      <Chart title="Clients" series={gauge(recording, 'clients', ids)} ids={ids} at={at} onChoose={choose} />
      <Chart
        title="Messages in a second"
        series={rates(recording, 'inMsgs', ids)}
        ids={ids}
        at={at}
        onChoose={choose}
      />
      <Chart
        title="Round trip to the other regions, ms"
        series={gauge(recording, 'rttMs', ids)}
        ids={ids}
        at={at}
        onChoose={choose}
      />
      <Chart
        title="Clients left to other regions, in a minute"
        series={rates(recording, 'failovers', ids, SECONDS_PER_MINUTE)}
        ids={ids}
        at={at}
        onChoose={choose}
      />
      {traffic === undefined ? null : <Connects traffic={traffic} />}
    </div>
  );
}

/** Of the last day: how clients came, as a table. */
function Connects({ traffic: { rows } }: { readonly traffic: Traffic }) {
  const sum = (field: 'connects' | 'failovers' | 'refused') => rows.reduce((all, row) => all + row[field], 0);
  const timed = rows.filter(({ meanMs }) => meanMs !== null);
  const weight = timed.reduce((all, { connects }) => all + connects, 0);
  const mean = timed.reduce((all, { meanMs, connects }) => all + (meanMs ?? 0) * connects, 0) / weight;
  return (
    <dl class="facts day">
      <div>
        <dt>Connects in a day</dt>
        <dd>{sum('connects').toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>Failovers</dt>
        <dd>{sum('failovers').toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>Refused</dt>
        <dd>{sum('refused').toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>Time to connect</dt>
        <dd>{weight === 0 ? 'unknown' : `${Math.round(mean)} ms on average`}</dd>
      </div>
    </dl>
  );
}
