/** Timelines for what is drawn of them. */

import type { ImageTimeline, Timeline } from '../../../../src/report/timeline.ts'

/** An image that was tried twice, and one that existed. */
export function timeline(change: Partial<ImageTimeline> = {}): Timeline {
  return {
    began: '2026-11-29T04:00:00.000Z',
    seconds: 95,
    images: [
      {
        image: 'arm',
        steps: [
          { step: 'server', after: 0, seconds: 2.5, outcome: 'done', bytes: null },
          { step: 'write', after: 2.5, seconds: 60, outcome: 'failed', bytes: 50 * 2 ** 20 },
          { step: 'write', after: 62.5, seconds: 30, outcome: 'interrupted', bytes: null },
        ],
        servers: [
          {
            name: 'talos-image-abcd2345-arm',
            serverType: 'cax11',
            location: 'fsn1',
            pricePerHour: 0.005,
            ipv4: true,
            after: 2.5,
            seconds: 92,
          },
        ],
        notes: [{ after: 62.5, text: 'the SSH connection was lost' }],
        ...change,
      },
      { image: 'x86', steps: [], servers: [], notes: [] },
    ],
    notes: [{ after: 1, text: 'removed server 5, which an earlier run left behind' }],
  }
}
