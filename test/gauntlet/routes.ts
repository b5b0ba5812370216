// What the tables cannot say: that every route which a tree names was shown open by some cell of the same mechanism.

import type { Cell } from './cell.js';

/** `mechanism: route` for each route that some tree named and that no cell has shown open. */
export function unshownRoutes(cells: readonly Cell[]): string[] {
  const named = cells.flatMap(({ holder, named = [] }) => named.map((route) => `${holder}: ${route}`));
  const open = new Set(cells.flatMap(({ holder, route }) => (route === undefined ? [] : [`${holder}: ${route}`])));
  return [...new Set(named)].filter((route) => !open.has(route)).sort();
}
