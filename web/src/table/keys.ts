// Where a key leads in a grid. Pure.
export type Place = { row: number; column: number };

const steps: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-20, 0], PageDown: [20, 0] };

const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));

/** The cell to which a key leads; null for a key that leads nowhere. */
export function moved(place: Place, key: string, rows: number, columns: number): Place | null {
  if (key === "Home") return { row: place.row, column: 0 };
  if (key === "End") return { row: place.row, column: columns - 1 };
  const step = steps[key];
  return step ? { row: within(place.row + step[0], rows), column: within(place.column + step[1], columns) } : null;
}

/** The cell after the last that was edited: to the right, then the next row. */
export function next(place: Place, back: boolean, rows: number, columns: number): Place {
  const at = place.row * columns + place.column + (back ? -1 : 1);
  const kept = within(at, rows * columns);
  return { row: Math.floor(kept / columns), column: kept % columns };
}
