// The entry of the tests inside workerd: the Worker itself, and objects that replace the regions' own.

export { ContainerProxy } from '@cloudflare/containers';
export { ConfigStore } from '../../../worker/config/config-store.ts';
export { default } from '../../../worker/index.ts';
export { JetStreamKeeper } from '../../../worker/jetstream/keeper.ts';
export { ScratchServer } from '../../../worker/jetstream/scratch-server.ts';
export { LiveView } from '../../../worker/live/live-view.ts';
export { MetricsCollector } from '../../../worker/metrics/collector.ts';
export { RolloutDriver } from '../../../worker/rollouts/rollout-driver.ts';
export { SessionRegistry } from '../../../worker/sessions/session-registry.ts';
export { MeshNode } from './mesh-node.ts';
export { RegionNode } from './region-node.ts';
export { SessionNode } from './session-node.ts';
export { SessionServerNode } from './session-server-node.ts';
