import { type Trace, traced } from '../util/trace.ts'
import type { Session } from './session.ts'

/** A session that tells a debug log of every command when it has ended. */
export function traceSession(session: Session, trace: Trace): Session {
  return {
    run: (script, options) =>
      traced(
        trace,
        'command',
        { name: options.name, script },
        () => session.run(script, options),
        (result) => ({ ...result }),
      ),
    end: () => session.end(),
  }
}
