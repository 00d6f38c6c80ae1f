/** `viewers` as a command. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectUsageError, makeProject, runCommand, startCommand } from '../helpers/command.ts'

const SAMPLE = path.resolve('media/demo.mp4')

test('says how many the uplinks are enough for, what happens each second, and how it went', async () => {
  const { config } = await makeProject()
  await runCommand('replicate', [SAMPLE, '--config', config])
  const flags = ['--config', config, '--bandwidth-kbps', '5000']
  for (const name of ['node1', 'node2']) await startCommand('start-node', [name, ...flags]).waitForLine(/./)
  const { code, stdout, stderr } = await runCommand('viewers', [
    '2',
    'demo.mp4',
    '--seconds',
    '5',
    '--config',
    config,
  ])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /^demo\.mp4 needs 0\.6 Mbit\/s\.\nUplinks in Mbit\/s: node1 5\.0 and node2 5\.0, 10\.0 in all: enough for 16 viewers\.\n\n/,
  )
  expect(stdout.match(/^ +\d+ +\d+ +\d+ +\d+ +\d+ +\d+ +[\d.]+$/gm)).toHaveLength(5)
  expect(stdout).toMatch(/\n\nFirst picture after .* \(median\), .* at most\.\n.* 2 stood.*Wasted: .* %\.\n$/)
}, 60_000)

test('nobody there is told as such', async () => {
  const { config } = await makeProject()
  const { code, stderr } = await runCommand('viewers', ['2', 'demo.mp4', '--config', config])
  expect([code, stderr.split('.')[0]]).toEqual([1, 'error: No node is up'])
})

describe('is refused', () => {
  test.for<[args: string[], why: RegExp]>([
    [[], /say how many, and name the video/],
    [['5'], /say how many, and name the video/],
    [['0', 'demo.mp4'], /expected 1 to 200 viewers, found "0"/],
    [['201', 'demo.mp4'], /expected 1 to 200 viewers, found "201"/],
    [['many', 'demo.mp4'], /expected 1 to 200 viewers, found "many"/],
    [['5', 'a.mp4', 'b.mp4'], /one video at a time, found a\.mp4, b\.mp4/],
    [['5', '../a.mp4'], /no node can have a video "\.\.\/a\.mp4"/],
    [['5', 'a.mp4', '--seconds', '0'], /--seconds: expected seconds from 1 to 3600, found "0"/],
    [['5', 'a.mp4', '--look-ahead', '61'], /--look-ahead: expected seconds from 1 to 60, found "61"/],
  ])('%j', async ([args, why]) => {
    expectUsageError(await runCommand('viewers', args), 'viewers', why)
  })
})
