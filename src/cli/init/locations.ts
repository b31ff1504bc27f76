/** Locations to choose from before there is a token to ask with. Source: docs.hetzner.com, Cloud, Locations, 2026. */

export const LOCATIONS: readonly { readonly name: string; readonly place: string }[] = [
  { name: 'fsn1', place: 'Falkenstein, Germany' },
  { name: 'nbg1', place: 'Nuremberg, Germany' },
  { name: 'hel1', place: 'Helsinki, Finland' },
  { name: 'ash', place: 'Ashburn, USA; no ARM servers' },
  { name: 'hil', place: 'Hillsboro, USA; no ARM servers' },
  { name: 'sin', place: 'Singapore; no ARM servers' },
]
