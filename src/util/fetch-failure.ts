/** The reason of a failed fetch. */

/** fetch hides the interesting part ("connect ECONNREFUSED 127.0.0.1:1") in the cause, or in the cause of that. */
export function fetchFailureReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? fetchFailureReason(error.cause) : error.message
}
