// How many dots each place gets of those that may move. Pure.

/** One for a client while there are enough; else in proportion, the largest first, and nobody with clients is more than one off. */
export function allotted(clients: readonly number[], most: number): readonly number[] {
  const all = clients.reduce((sum, each) => sum + each, 0);
  if (all <= most) return clients.map((each) => Math.round(each));
  let [seen, given] = [0, 0];
  return clients.map((each) => {
    seen += each;
    const dots = Math.round((seen / all) * most) - given;
    given += dots;
    return dots;
  });
}
