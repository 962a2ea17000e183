// What nats-server says about JetStream on its monitoring port, and what of it counts for admission.

import {
  type HeldStream,
  type Holdings,
  META_GROUP,
  type RaftProgress,
} from '../jetstream/admission/holdings.ts';

interface ClusterInfo {
  readonly leader?: string;
  /** The other servers. */
  readonly replicas?: readonly { readonly name: string }[];
}

/** `/jsz?accounts=1&streams=1&consumers=1`, in part. */
export interface Jsz {
  readonly meta_cluster?: ClusterInfo;
  readonly account_details?: readonly {
    readonly id: string;
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly created: string;
      readonly cluster?: ClusterInfo;
      readonly state: { readonly messages: number; readonly last_seq: number };
      readonly consumer_detail?: readonly { readonly name: string; readonly cluster?: ClusterInfo }[];
    }[];
  }[];
}

/** `/raftz?acc=…`: by account, then by group. */
export type Raftz = Readonly<Record<string, Readonly<Record<string, RaftProgress>>>>;

/** The account whose groups include that of all JetStream servers. */
export const SYSTEM_ACCOUNT = '$SYS';

/** Accounts whose groups `raftz` has to be asked for. */
export function accountsIn({ account_details = [] }: Jsz): readonly string[] {
  return account_details.filter(({ stream_detail = [] }) => stream_detail.length > 0).map(({ id }) => id);
}

/** @param raftz of each account with streams, and of the system account */
export function holdingsOf(server: string, jsz: Jsz, raftz: readonly Raftz[]): Holdings {
  const groups: Record<string, RaftProgress> = {};
  for (const [account, each] of raftz.flatMap((one) => Object.entries(one))) {
    for (const [group, { committed, applied }] of Object.entries(each)) {
      groups[group === META_GROUP ? group : `${account} ${group}`] = { committed, applied };
    }
  }
  const streams = (jsz.account_details ?? []).flatMap(({ id, stream_detail = [] }) =>
    stream_detail.map(
      ({ name, created, cluster, state, consumer_detail = [] }): HeldStream => ({
        account: id,
        stream: name,
        created,
        servers: serversOf(cluster, server),
        leader: cluster?.leader ?? '',
        messages: state.messages,
        lastSeq: state.last_seq,
        consumers: consumer_detail.map((consumer) => ({
          name: consumer.name,
          servers: serversOf(consumer.cluster, server),
        })),
      }),
    ),
  );
  return { server, hasLeader: (jsz.meta_cluster?.leader ?? '') !== '', groups, streams };
}

function serversOf({ replicas = [] }: ClusterInfo = {}, server: string): readonly string[] {
  return [server, ...replicas.map(({ name }) => name)];
}
