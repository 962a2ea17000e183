// A client in a process of its own, to be killed: `node sydney-client.ts <url> <name>` is in Sydney and
// prints its region once it is connected.

import { connectFrom } from './client.ts';
import { cityOf } from './data/places.ts';

const [, , url = '', name = ''] = process.argv;
const { region } = await connectFrom(url, cityOf('oc'), { name });
console.log(region);
