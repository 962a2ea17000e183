// An edit that is seen before it is made: each setting that is dragged is forecast, drawn on the map, and then applied.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { DryRun, LiveConfig, Published } from '../../../api/config.ts';
import { PATHS } from '../../../api/paths.ts';
import { ApiError } from '../call.ts';
import { type ResolvedConfig, rebased, same, withFilter, withRegion, withRouting } from '../state/config.ts';
import { loadConfig } from '../state/load-config.ts';
import { app, ask, say, useApp, wordsOf } from '../state/use-app.ts';
import { ChangeList } from './change-list.tsx';
import { Conflict } from './conflict.tsx';
import { ForecastView } from './forecast-view.tsx';
import { MessageField } from './message-field.tsx';
import { RoutingRules } from './routing-rules.tsx';
import { SignInNeeded } from './sign-in-needed.tsx';
import { Slider } from './slider.tsx';

/** A forecast is asked for when a drag has rested for so long. */
const REST_MS = 250;

export function ChangePanel() {
  const { world, token } = useApp();
  const [base, setBase] = useState<LiveConfig>();
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    setMissing(false);
    loadConfig(true).then(
      (live) => (live === undefined ? setMissing(true) : setBase(live)),
      () => setMissing(true),
    );
  }, [token, world?.level]);
  if (world?.level === 'public' || missing) return <SignInNeeded forWhat="to see and change the settings" />;
  if (base === undefined) return <p class="muted">Reading the configuration…</p>;
  return <Draft key={base.version} base={base} onBase={setBase} />;
}

interface DraftProps {
  readonly base: LiveConfig;
  readonly onBase: (base: LiveConfig) => void;
}

function Draft({ base, onBase }: DraftProps) {
  const { proposal, world } = useApp();
  const [draft, setDraft] = useState<ResolvedConfig>(() => kept.draft ?? base.config);
  const [message, setMessage] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const isChanged = !same(draft, base.config);
  useForecast(draft, isChanged, setProblem);
  useEffect(() => {
    kept.draft = undefined;
  }, []);

  const apply = async (force: boolean) => {
    setIsBusy(true);
    try {
      const published = await ask<Published>(PATHS.config, {
        method: 'PUT',
        body: { base: base.version, config: draft, message, force },
      });
      say(`Stored as version ${published.version}.`);
      app.set({ proposal: undefined });
      const live = await loadConfig(true);
      if (live !== undefined) onBase(live);
    } catch (error) {
      setProblem(error);
    } finally {
      setIsBusy(false);
    }
  };
  const startAgain = async () => {
    const live = await loadConfig(true);
    if (live === undefined) return;
    // The next draft begins with these changes, made to what is there now.
    kept.draft = rebased(draft, base.config, live.config);
    onBase(live);
  };
  const undo = () => {
    setDraft(base.config);
    setMessage('');
    setProblem(undefined);
    app.set({ proposal: undefined });
  };
  const isAdmin = world?.level !== 'reader';
  return (
    <div class="change">
      <p class="muted">
        Drag a setting: the map shows who would move, before anything is stored. Based on version{' '}
        {base.version}.
      </p>
      <div class="settings">
        {draft.regions.map((region) => (
          <fieldset key={region.id} class="setting">
            <legend>{region.name}</legend>
            <Slider
              label="Dial"
              unit="%"
              help={`${region.name}: percentage of its own clients that it accepts`}
              value={region.dial}
              was={base.config.regions.find(({ id }) => id === region.id)?.dial}
              min={0}
              max={100}
              step={1}
              onChange={(dial) => setDraft(withRegion(draft, region.id, { dial }))}
            />
            <Slider
              label="Bias"
              unit="×"
              help={`${region.name}: factor on its estimated round trip; below 1 it attracts clients`}
              value={region.bias}
              was={base.config.regions.find(({ id }) => id === region.id)?.bias}
              min={0.1}
              max={10}
              step="log"
              onChange={(bias) => setDraft(withRegion(draft, region.id, { bias }))}
            />
            <Slider
              label="Weight"
              unit=""
              help={`${region.name}: share of the clients for which several regions are about equally good`}
              value={region.weight}
              was={base.config.regions.find(({ id }) => id === region.id)?.weight}
              min={1}
              max={1000}
              step="log"
              onChange={(weight) => setDraft(withRegion(draft, region.id, { weight: Math.round(weight) }))}
            />
          </fieldset>
        ))}
      </div>
      <RoutingRules
        routing={draft.routing}
        was={base.config.routing}
        onChange={(change) => setDraft(withRouting(draft, change))}
        onFilter={(filter, isOn) => setDraft(withFilter(draft, filter, isOn))}
      />
      <div class={isChanged ? 'apply changed' : 'apply'} aria-live="polite">
        {isChanged ? null : <p class="muted">Nothing is changed yet.</p>}
        {isChanged && proposal !== undefined ? (
          <>
            <ChangeList changes={proposal.dryRun.changes} />
            <ForecastView dryRun={proposal.dryRun} />
          </>
        ) : null}
        {isChanged && proposal === undefined && problem === undefined ? (
          <p class="muted">Forecasting…</p>
        ) : null}
        <Problem problem={problem} onStartAgain={() => void startAgain()} onForce={() => void apply(true)} />
        {isChanged && isAdmin ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void apply(false);
            }}
          >
            <MessageField message={message} onChange={setMessage} />
            <div class="dialog-actions">
              <button type="button" class="action" onClick={undo}>
                Undo all
              </button>
              <button type="submit" class="action primary" disabled={isBusy}>
                Apply
              </button>
            </div>
          </form>
        ) : null}
        {isChanged && !isAdmin ? <SignInNeeded isAdmin forWhat="to apply this" /> : null}
      </div>
    </div>
  );
}

/** What a draft is to begin with after a conflict, until it has begun. */
const kept: { draft: ResolvedConfig | undefined } = { draft: undefined };

/** Forecasts a draft when its author pauses. */
function useForecast(draft: ResolvedConfig, isChanged: boolean, onProblem: (problem: unknown) => void): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current && !isChanged) {
      isFirst.current = false;
      return;
    }
    onProblem(undefined);
    if (!isChanged) return app.set({ proposal: undefined });
    const left = new AbortController();
    const timer = setTimeout(() => {
      ask<DryRun>(PATHS.dryRun, { method: 'POST', body: { config: draft }, signal: left.signal }).then(
        (dryRun) => app.set({ proposal: { what: 'your changes', dryRun } }),
        (error: Error) => {
          if (!left.signal.aborted) onProblem(error);
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [draft, isChanged]);
  useEffect(() => () => app.set({ proposal: undefined }), []);
}

interface ProblemProps {
  readonly problem: unknown;
  readonly onStartAgain: () => void;
  readonly onForce: () => void;
}

const CAN_BE_FORCED: ReadonlySet<string> = new Set(['last_region', 'jetstream_behind']);

function Problem({ problem, onStartAgain, onForce }: ProblemProps) {
  if (problem === undefined) return null;
  if (!(problem instanceof ApiError)) return <p class="problem">{wordsOf(problem)}</p>;
  const { code = '', details, message } = problem;
  if (code === 'conflict') return <Conflict details={details} onStartAgain={onStartAgain} />;
  return (
    <div role="alert">
      <p class="problem">{message}</p>
      {(details.problems ?? []).map(({ path, message: text }) => (
        <p key={path + text} class="problem">
          {path === '' ? text : `${path}: ${text}`}
        </p>
      ))}
      {CAN_BE_FORCED.has(code) ? (
        <button type="button" class="action" onClick={onForce}>
          Apply it even so
        </button>
      ) : null}
    </div>
  );
}
