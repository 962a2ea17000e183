// The traffic to use while there is none: as if everybody in the world were equally likely to connect.

import { POPULATION } from './population.ts';
import type { Traffic, TrafficSample } from './traffic.ts';

/** One sample per city; `clients` are thousands of people. */
export function populationTraffic(): Traffic {
  return { source: 'population', samples: POPULATION.split('\n').flatMap(citiesOf) };
}

function citiesOf(line: string): readonly TrafficSample[] {
  const [country = '', ...cities] = line.split(' ');
  return cities.map((city) => {
    const [latitude = 0, longitude = 0, clients = 0] = city.split(',').map(Number);
    return { country, latitude, longitude, clients };
  });
}
