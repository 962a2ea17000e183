// `GET /metrics`, `GET /api/metrics/history`, `GET /api/traffic`, `GET /api/config/forecasts` and
// `GET /api/inspection`: what the collector knows.

import type { ForecastFacts } from '../../api/forecast-facts.ts';
import { type MetricsHistory, TRAFFIC_KEYS, type TrafficKey } from '../../api/metrics.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { inspect } from '../inspection/inspect.ts';
import { messageOf } from '../message-of.ts';
import { type CollectorMethods, metricsCollector } from '../metrics/collector-stub.ts';
import { CONTENT_TYPE, formatFor } from '../metrics/exposition.ts';
import { FIELDS } from '../metrics/history.ts';
import { DEFAULT_MAX_SERIES, DIALECTS, render } from '../metrics/render.ts';
import { trafficBy } from '../metrics/traffic.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const DEFAULT_MINUTES = 60;

/** Of the history, in one answer: a day has one for every four minutes. */
const MOST_POINTS = 360;

/** More than any Prometheus takes at once by default. */
const MOST_SERIES = 1_000_000;

/** `GET /metrics?dialect=exporter&ephemeral=true&series=50000` */
export function metrics(request: Request, edge: EdgeContext): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const asked = query.get('dialect') ?? DIALECTS[0];
  const dialect = DIALECTS.find((each) => each === asked);
  if (dialect === undefined) return badRequest(`dialect is one of ${DIALECTS.join(', ')}`);
  const maxSeries = wholeNumber(query.get('series'), DEFAULT_MAX_SERIES, MOST_SERIES);
  if (maxSeries === undefined) return badRequest(`series is a whole number from 1 to ${MOST_SERIES}`);
  const ephemeral = yesOrNo(query.get('ephemeral'));
  if (ephemeral === undefined) return badRequest('ephemeral is true or false');
  return fromCollector(edge, async (collector) => {
    const snapshot = await collector.snapshot({ details: true, ephemeral });
    const format = formatFor(request.headers.get('accept'));
    return new Response(render(snapshot, { dialect, format, maxSeries }), {
      headers: { 'content-type': CONTENT_TYPE[format], vary: 'accept' },
    });
  });
}

/** `GET /api/metrics/history?minutes=60` */
export function metricsHistory(request: Request, edge: EdgeContext): Promise<Response> {
  const minutes = wholeNumber(new URL(request.url).searchParams.get('minutes'), DEFAULT_MINUTES, DAY_MINUTES);
  if (minutes === undefined) return badRequest(`minutes is a whole number from 1 to ${DAY_MINUTES}`);
  const lastMs = minutes * MINUTE_MS;
  return fromCollector(edge, async (collector) => {
    const points = await collector.history({ lastMs, everyMs: lastMs / MOST_POINTS });
    return Response.json({ fields: [...FIELDS], points } satisfies MetricsHistory);
  });
}

/** `GET /api/traffic?by=country,region` */
export function traffic(request: Request, edge: EdgeContext): Promise<Response> {
  const asked = new URL(request.url).searchParams.get('by') ?? 'country,region';
  const by = asked.split(',').map((each) => TRAFFIC_KEYS.find((key) => key === each));
  if (by.includes(undefined) || new Set(by).size < by.length)
    return badRequest(`by is any of ${TRAFFIC_KEYS.join(', ')}, each once, separated by commas`);
  return fromCollector(edge, async (collector) =>
    Response.json(trafficBy(by as TrafficKey[], await collector.traffic())),
  );
}

/** `GET /api/config/forecasts` */
export function forecasts(_request: Request, edge: EdgeContext): Promise<Response> {
  return fromCollector(edge, async (collector) =>
    Response.json({ edits: [...(await collector.forecasts())] } satisfies ForecastFacts),
  );
}

/** `GET /api/inspection` */
export function inspection(_request: Request, edge: EdgeContext): Promise<Response> {
  return fromCollector(edge, async (collector) => {
    const snapshot = await collector.snapshot({ details: true, ephemeral: false });
    return Response.json(inspect({ config: edge.config, snapshot }));
  });
}

async function fromCollector(
  { env }: EdgeContext,
  answer: (collector: CollectorMethods) => Promise<Response>,
): Promise<Response> {
  const collector = metricsCollector(env);
  if (collector === undefined) {
    return errorResponse(
      'no_collector',
      'this deployment has no collector of metrics: bind METRICS in wrangler.toml',
    );
  }
  try {
    return await answer(collector);
  } catch (error) {
    return errorResponse('collector_unavailable', `the collector does not answer: ${messageOf(error)}`);
  }
}

function badRequest(message: string): Promise<Response> {
  return Promise.resolve(errorResponse('bad_request', message));
}

/** Undefined if it is neither. */
function yesOrNo(text: string | null): boolean | undefined {
  if (text === 'true') return true;
  return text === null || text === 'false' ? false : undefined;
}

/** Undefined if it is none from 1 to `most`. */
function wholeNumber(text: string | null, otherwise: number, most: number): number | undefined {
  if (text === null) return otherwise;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= most ? number : undefined;
}
