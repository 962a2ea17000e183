// Fits the model to measured pairs. What no measurement crosses stays as it was stated: each link and slope is pulled
// back to where it began, by the square of its logarithm. Pure and deterministic; half a minute.

import { FIBRE_MS_PER_1000_KM } from '../../routing/latency/model.ts';
import { descend, type Parameter, parameter } from './descent.ts';
import type { Measurement } from './measurements.ts';
import { misfit, prepare } from './misfit.ts';
import { modelOf, type Numbers, START } from './numbers.ts';

/** The best cable isn't quite straight. */
const LEAST_INFLATION = 1.02;
/** ms. A host in the same room. */
const LEAST_END_MS = 0.5;

/** Fits to several data sets, each weighing the same. `pull` is how firmly a number stays where it began. */
export function fitModel(data: ReadonlyMap<string, readonly Measurement[]>, pull: number): Numbers {
  const links = START.links.map(({ ms, leastMs, stated }) =>
    parameter(ms, stated ? ms : leastMs * LEAST_INFLATION),
  );
  const slopes = new Map(
    [...START.slopes].map(([area, slope]) => [area, parameter(slope, FIBRE_MS_PER_1000_KM)]),
  );
  const pulled = [...slopes.values(), ...links.filter((_, i) => START.links[i]?.stated === false)];
  // Hosts differ between data sets, so each has its own end; roads don't.
  const sets = [...data.values()].map((measurements) => ({
    prepared: prepare(measurements),
    end: parameter(START.endMs, LEAST_END_MS),
  }));
  const ends = sets.map(({ end }) => end);

  const numbers = (): Numbers => ({
    links: START.links.map((link, i) => ({ ...link, ms: links[i]?.value ?? link.ms })),
    slopes: new Map([...slopes].map(([area, { value }]) => [area, value])),
    endMs: Math.min(...ends.map(({ value }) => value)),
  });
  descend([...ends, ...pulled], () => {
    const model = modelOf(numbers());
    const misfits = sets.map(({ prepared, end }) => misfit(prepared, { ...model, endMs: end.value }));
    return sum(misfits) + pull * sum(pulled.map(strain));
  });
  return numbers();
}

function strain({ start, value }: Parameter): number {
  return Math.log(value / start) ** 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
