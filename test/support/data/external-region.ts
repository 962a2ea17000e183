// An external region as somebody would write it.

/** In Frankfurt. @param more other fields, or other values */
export function externalRegion(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const where = { latitude: 50.1, longitude: 8.7 };
  return { id: 'office', kind: 'external', url: 'wss://nats.example.com', ...where, ...more };
}
