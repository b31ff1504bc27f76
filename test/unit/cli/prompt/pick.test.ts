import { describe, expect, test } from 'vitest'
import { search } from '../../../../src/cli/prompt/pick.ts'

const choice = (label: string, note = '') => ({ value: label, label, note })
const CHOICES = [
  choice('binfmt-misc', 'foreign architectures'),
  choice('iscsi-tools', 'iSCSI initiator'),
  choice('mdadm', 'Software RAID, also over iSCSI'),
  choice('trident-iscsi-tools', 'NetApp'),
]

describe('a search', () => {
  const find = (text: string) => search(CHOICES, text).map(({ label }) => label)

  test('without words finds everything, in its order', () => {
    expect(find('')).toEqual(CHOICES.map(({ label }) => label))
    expect(find('  ')).toEqual(CHOICES.map(({ label }) => label))
  })

  test('looks into names first, then into what they are about', () => {
    expect(find('iscsi')).toEqual(['iscsi-tools', 'trident-iscsi-tools', 'mdadm'])
  })

  test('wants all of the words, however they are written', () => {
    expect(find('TOOLS netapp')).toEqual(['trident-iscsi-tools'])
    expect(find('tools raid')).toEqual([])
  })
})
