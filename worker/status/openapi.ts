// `GET /api/openapi.json`: the contract, for programs.

import { OPENAPI } from './openapi-document.ts';

export function openApi(): Response {
  return new Response(OPENAPI, { headers: { 'content-type': 'application/json' } });
}
