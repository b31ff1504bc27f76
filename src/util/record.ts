/** Maps that come from outside, with whatever keys they have. */

import * as v from 'valibot'

/**
 * As `v.record`, which leaves out the keys `constructor`, `prototype` and `__proto__`. They are keys like any other here; none of
 * them becomes a prototype.
 * @param value what the values are
 */
export const recordOf = <Value extends v.GenericSchema>(value: Value) =>
  v.pipe(
    v.custom<object>((raw) => typeof raw === 'object' && raw !== null && !Array.isArray(raw), 'this is no map'),
    v.transform((raw): readonly unknown[] => Object.entries(raw)),
    v.array(v.tuple([v.string(), value])),
    v.transform((entries) => Object.fromEntries(entries)),
  )
