// Paths of the API that the page uses beside those of api/paths.ts.

/** What is live, over a WebSocket or as server-sent events. */
export const LIVE_PATH = '/api/live';

/** The way of a message. */
export const TRACE_PATH = '/api/trace';
