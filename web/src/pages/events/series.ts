// The last minute as the server counted it, then as the live stream goes on. Pure.

/** Where the stream has counted the last `heard` seconds, its counts stand in for the server's. */
export function joinSeries(server: readonly number[], live: readonly number[], heard: number): number[] {
  const length = server.length;
  const own = Math.min(heard, live.length, length);
  if (own === 0) return [...server];
  return [...server.slice(own), ...live.slice(-own)];
}
