// A client in a process of its own, to be killed: `node lone-client.ts <url> <name> <place as JSON>` is there and prints its
// region once it is connected.

import { connectFrom } from './client.ts';

const [, , url = '', name = '', place = ''] = process.argv;
const { region } = await connectFrom(url, JSON.parse(place), { name });
console.log(region);
