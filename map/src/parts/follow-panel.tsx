// Follows a message: a subject is published in a region and nobody receives it, but each server tells where it would go.

import { useEffect, useState } from 'preact/hooks';
import { PATHS } from '../../../api/paths.ts';
import type { Trace } from '../../../api/trace.ts';
import { app, ask, nameOf, useApp, wordsOf } from '../state/use-app.ts';
import { SignInNeeded } from './sign-in-needed.tsx';

export function FollowPanel() {
  const { world, trace } = useApp();
  const [subject, setSubject] = useState('');
  const [region, setRegion] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => () => app.set({ trace: undefined }), []);
  if (world === undefined) return <p class="muted">Asking the regions…</p>;
  if (world.level !== 'admin') return <SignInNeeded isAdmin forWhat="to follow a message" />;
  const from = region ?? world.regions.find(({ state }) => state === 'up')?.id ?? '';
  const submit = async (event: Event) => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    app.set({ trace: undefined, decision: undefined });
    try {
      app.set({
        trace: await ask<Trace>(PATHS.trace, {
          method: 'POST',
          body: { subject: subject.trim(), region: from },
        }),
      });
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <div>
      <p class="muted">
        Each server on its way tells what it would do with a message. Nobody receives it, and no stream stores
        it.
      </p>
      <form onSubmit={(event) => void submit(event)}>
        <label class="field">
          Subject
          <input
            value={subject}
            required
            placeholder="orders.new"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setSubject(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          Published in
          <select value={from} onChange={(event) => setRegion(event.currentTarget.value)}>
            {world.regions.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="dialog-actions">
          <button type="submit" class="action primary" disabled={isBusy}>
            {isBusy ? 'Following…' : 'Follow'}
          </button>
        </div>
      </form>
      {problem === undefined ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {trace === undefined ? null : <Hops trace={trace} />}
    </div>
  );
}

function Hops({ trace: { hops, complete } }: { readonly trace: Trace }) {
  const { world } = useApp();
  const receivers = hops.reduce((sum, { deliveries }) => sum + deliveries, 0);
  const name = (id: string | null, server: string) =>
    id === null ? server : nameOf(world?.regions ?? [], id);
  return (
    <div aria-live="polite">
      <p>
        {receivers === 0 ? 'Nobody would receive it' : `${receivers} would receive it`}, by way of{' '}
        {hops.length} {hops.length === 1 ? 'server' : 'servers'}.
      </p>
      <ol class="hops">
        {hops.map(({ server, region, from, deliveries, queues, streams, error }) => (
          <li key={server + from}>
            <b>{name(region, server)}</b>
            <span class="muted">{from === null ? ' where it is published' : ` from ${from}`}</span>
            <p class="small">
              {deliveries === 0
                ? 'to no client'
                : deliveries === 1
                  ? 'to 1 client'
                  : `to ${deliveries} clients`}
              {queues.length === 0 ? '' : `, in the queue groups ${queues.join(', ')}`}
              {streams.length === 0 ? '' : `, stored by ${streams.join(', ')}`}
            </p>
            {error === undefined ? null : <p class="problem">{error}</p>}
          </li>
        ))}
      </ol>
      {complete ? null : <p class="warning">Not every server has told of it in time.</p>}
    </div>
  );
}
