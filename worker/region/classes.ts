// Generated from regions/regions.json by `npm run regions -- sync`; do not edit. One class per region, because a
// container is placed by its class's [[containers]] entry in wrangler.toml. worker/index.ts exports them all.

import { NatsRegion } from './nats-region.ts';

export class NatsWnam extends NatsRegion {
  static override readonly region = 'wnam';
}

export class NatsEnam extends NatsRegion {
  static override readonly region = 'enam';
}

export class NatsWeur extends NatsRegion {
  static override readonly region = 'weur';
}

export class NatsEeur extends NatsRegion {
  static override readonly region = 'eeur';
}

export class NatsApac extends NatsRegion {
  static override readonly region = 'apac';
}

export class NatsOc extends NatsRegion {
  static override readonly region = 'oc';
}
