/**
 * nats-server's `max_control_line`: its default, since container/nats-server.conf sets no other (a test compares them).
 * A client's CONNECT, with its token or its user's JWT, is one such line.
 */
export const CONTROL_LINE_BYTES = 4_096;
