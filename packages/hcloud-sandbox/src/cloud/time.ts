/** How the API writes a point in time: UTC, whole seconds, with an offset: `2016-01-30T23:55:00+00:00`. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00')
}
