// The labels that a container is started with: by them Cloudflare's analytics tell apart what each server used. Pure.

export const CLUSTER_LABEL = 'meridian-cluster';
export const SERVER_LABEL = 'meridian-server';

/** What stands for the servers of all sessions. */
export const SESSIONS_LABEL = 'sessions';

/** What stands for the server in which backups are verified. */
export const SCRATCH_LABEL = 'nats-verify';

/** @param server such as nats-weur, or what stands for several */
export function containerLabels(cluster: string, server: string): Record<string, string> {
  return { [CLUSTER_LABEL]: cluster, [SERVER_LABEL]: server };
}
