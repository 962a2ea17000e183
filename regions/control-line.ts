/**
 * nats-server's `max_control_line` in bytes, as container/nats-server.conf sets it (a test compares them). A client's CONNECT,
 * with its token or its user's JWT, is one such line.
 */
export const CONTROL_LINE_BYTES = 65_536;
