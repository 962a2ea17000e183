// A client in a process of its own, to be killed: `node client-process.ts <url> <name>` stands in Sydney and
// prints its region once it is connected.

import { connectFrom } from './connect-from.ts';
import { cityOf } from './places.ts';

const [, , url = '', name = ''] = process.argv;
const { region } = await connectFrom(url, cityOf('oc'), { name });
console.log(region);
