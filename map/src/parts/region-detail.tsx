// One region: its state, its figures, its links, and what may be done to it.

import { useEffect, useRef, useState } from 'preact/hooks';
import { allBackups } from '../../../api/all-backups.ts';
import type { Backups } from '../../../api/backups.ts';
import { PATHS, type RegionOperation, regionOperationPath } from '../../../api/paths.ts';
import type { OperationResult, RegionView } from '../../../api/regions.ts';
import { linkKey } from '../live/world.ts';
import { loadConfig } from '../state/load-config.ts';
import { app, ask, clock, nameOf, say, useApp, wordsOf } from '../state/use-app.ts';
import { backupsText } from '../words/backups.ts';
import { drainPhases } from '../words/drain.ts';
import { bytesRate, durationText, msText, shortCount } from '../words/numbers.ts';
import { externalMeans, LINK_WORDS } from '../words/region-states.ts';
import { confirmOperation } from './confirm-operation.ts';
import { lookOf, Sign } from './sign.tsx';
import { useTick } from './use-tick.ts';

export function RegionDetail({ region }: { readonly region: RegionView }) {
  useTick(1_000);
  const { world, token } = useApp();
  const { id, name, state, since, clients, maxClients, problem, placedAt, serverVersion, servers } = region;
  const look = lookOf(state);
  const isExternal = region.kind === 'external';
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The button that was pressed in the list is gone, and the focus with it.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  const rate = world?.messages.get(id)?.rate ?? null;
  return (
    <article class="region">
      <button type="button" class="link back" onClick={() => app.set({ region: undefined })}>
        ← All regions
      </button>
      <header class="region-head">
        <Sign look={look} full={maxClients && clients !== null ? clients / maxClients : undefined} />
        <div>
          <h3 ref={heading} tabIndex={-1}>
            {name}
          </h3>
          <p class="muted">
            {id}
            {isExternal ? ' · external region' : ''} · <b class={`tone-text-${look.tone}`}>{look.word}</b> for{' '}
            {durationText(clock.now() - since)}
          </p>
        </div>
      </header>
      <p>{isExternal ? externalMeans(state) : look.means}</p>
      {problem === undefined ? null : <p class="problem">{problem}</p>}
      {!isExternal && (state === 'draining' || state === 'stopping') ? <Drain region={region} /> : null}
      <dl class="facts">
        <Fact name="Clients" value={clients === null ? 'unknown' : shortCount(clients)} of={maxClients} />
        {isExternal ? null : (
          <Fact name="Messages in" value={rate === null ? 'not known yet' : `${shortCount(rate)} a second`} />
        )}
        {serverVersion === undefined ? null : <Fact name="nats-server" value={serverVersion} />}
        {placedAt === undefined ? null : (
          <Fact
            name="Runs in"
            value={
              [placedAt.location, placedAt.country].filter((part) => part !== null).join(', ') || 'unknown'
            }
          />
        )}
        <Fact name="JetStream" value={isExternal ? 'its own' : region.jetstream ? 'holds streams' : 'no'} />
        {region.jetstream && world?.level !== 'public' ? <BackupFact region={id} /> : null}
        {region.leafs ? <Fact name="Leaf nodes" value={shortCount(region.leafs)} /> : null}
        {servers === undefined ? null : <Fact name="Servers" value={String(servers.length)} />}
      </dl>
      {world?.level === 'admin' || (world?.level === undefined && token) ? <Actions region={region} /> : null}
      {servers === undefined ? null : <Servers servers={servers} />}
      {isExternal ? null : <Links id={id} />}
    </article>
  );
}

function Links({ id }: { readonly id: string }) {
  const { world } = useApp();
  return (
    <>
      <h4>Links</h4>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">to</th>
            <th scope="col">state</th>
            <th scope="col">round trip</th>
            <th scope="col">traffic</th>
          </tr>
        </thead>
        <tbody>
          {(world?.links ?? [])
            .filter(({ a, b }) => a === id || b === id)
            .map((link) => {
              const other = link.a === id ? link.b : link.a;
              const traffic = world?.traffic.get(linkKey(link))?.rate ?? null;
              return (
                <tr key={other}>
                  <th scope="row">{nameOf(world?.regions ?? [], other)}</th>
                  <td>{LINK_WORDS[link.state]}</td>
                  <td>{msText(link.rttMs)}</td>
                  <td>{traffic === null ? '–' : bytesRate(traffic)}</td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </>
  );
}

/** Looked up when the region is chosen: it asks all regions. */
function BackupFact({ region }: { readonly region: string }) {
  const [text, setText] = useState('…');
  useEffect(() => {
    allBackups((after) => {
      const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
      return ask<Backups>(`${PATHS.backups}${query}`);
    }).then(
      (backups) => setText(backupsText(backups, region)),
      (error) => setText(wordsOf(error)),
    );
  }, [region]);
  return <Fact name="Backups" value={text} />;
}

/** Of a region with members. */
function Servers({ servers }: { readonly servers: NonNullable<RegionView['servers']> }) {
  return (
    <>
      <h4>Servers</h4>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">state</th>
            <th scope="col">clients</th>
          </tr>
        </thead>
        <tbody>
          {servers.map(({ number, name, state, clients, maxClients }) => (
            <tr key={number}>
              <th scope="row">{name}</th>
              <td>{lookOf(state).word}</td>
              <td>
                {clients === null ? 'unknown' : shortCount(clients)}
                <span class="muted"> of {shortCount(maxClients)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Fact({
  name,
  value,
  of,
}: {
  readonly name: string;
  readonly value: string;
  readonly of?: number | undefined;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {of === undefined ? null : <span class="muted"> of {shortCount(of)}</span>}
      </dd>
    </div>
  );
}

function Drain({ region }: { readonly region: RegionView }) {
  const { config } = useApp();
  useEffect(() => {
    void loadConfig();
  }, []);
  const settings = config?.config;
  const times = settings && {
    settleSeconds: settings.routing.drainSettleSeconds,
    graceSeconds: settings.lameDuck.graceSeconds,
    durationSeconds: settings.lameDuck.durationSeconds,
  };
  return (
    <ol class="phases">
      {drainPhases(region, clock.now(), times).map(({ title, is, leftMs }) => (
        <li key={title} class={is} aria-current={is === 'now' ? 'step' : undefined}>
          {title}
          {leftMs === null ? null : <span class="muted"> {durationText(leftMs)} left at most</span>}
        </li>
      ))}
    </ol>
  );
}

const WORDS: Readonly<Record<RegionOperation, string>> = {
  drain: 'Drain',
  undrain: 'Take clients again',
  wake: 'Wake',
  stop: 'Restart',
};

function operationsOf({ state, enabled }: RegionView): readonly RegionOperation[] {
  if (state === 'draining' || state === 'stopping') return ['undrain'];
  if (state !== 'asleep') return ['drain', 'stop'];
  return enabled ? ['wake', 'drain', 'undrain'] : ['wake'];
}

/**
 * All that can be done to an external region is not to send clients there. Whether that is so is in the configuration alone: its
 * servers may be lame ducks by themselves, which nothing here ends.
 */
function useExternalOperations({ id, kind, state }: RegionView): readonly RegionOperation[] {
  const { config, world } = useApp();
  useEffect(() => {
    if (kind === 'external') void loadConfig();
  }, [kind, state, world?.version]);
  const settings = config?.config.regions.find((each) => each.id === id);
  if (settings === undefined) return [];
  return settings.drain ? ['undrain'] : ['drain'];
}

function Actions({ region }: { readonly region: RegionView }) {
  const { id, kind } = region;
  const externalOperations = useExternalOperations(region);
  const operations = kind === 'external' ? externalOperations : operationsOf(region);
  const operate = async (operation: RegionOperation) => {
    const consent = await confirmOperation(region, operation);
    if (consent === undefined) return;
    try {
      await ask<OperationResult>(regionOperationPath(encodeURIComponent(id), operation), {
        method: 'POST',
        query: consent.force ? { force: true } : {},
      });
      say(`${WORDS[operation]} of ${region.name}: begun.`);
    } catch (error) {
      say(`${region.name}: ${wordsOf(error)}`, 'bad');
    }
  };
  return (
    <div class="actions">
      {operations.map((operation) => (
        <button key={operation} type="button" class="action" onClick={() => void operate(operation)}>
          {WORDS[operation]}
          {operation === 'undrain' ? '' : '…'}
        </button>
      ))}
    </div>
  );
}
