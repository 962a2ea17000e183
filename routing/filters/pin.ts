// Regions that the request asks for: preferred ones come first, a forced one is the only candidate.

import type { Filter, FilterContext, RegionNow } from '../filter.ts';

type PinEffect = { readonly filter: 'pin' } & (
  | { readonly effect: 'drop'; readonly code: 'not-forced'; readonly forced: string }
  | { readonly effect: 'prefer'; readonly code: 'asked-for'; readonly place: number }
);

export const pin: Filter<PinEffect> = {
  name: 'pin',
  refusal: {
    name: 'forced',
    code: 'forced_region_unavailable',
    message: 'the only region that the request accepts cannot serve it',
  },
  forRegion: () => asWished,
  words: {
    'not-forced': ({ forced }) => `the request accepts only ${forced}`,
    'asked-for': () => 'first: asked for by the request',
  },
};

function asWished({ id }: RegionNow, { preferred, forced }: FilterContext): PinEffect | undefined {
  if (forced !== undefined && forced !== id) {
    return { effect: 'drop', filter: 'pin', code: 'not-forced', forced };
  }
  const position = preferred.indexOf(id);
  return position < 0 ? undefined : { effect: 'prefer', filter: 'pin', code: 'asked-for', place: position };
}
