// The entry of the tests inside workerd: the Worker itself, and an object that stands in for the regions' own.

export { ConfigStore } from '../../../worker/config/config-store.ts';
export { default } from '../../../worker/index.ts';
export { MeshNode } from './mesh-node.ts';
