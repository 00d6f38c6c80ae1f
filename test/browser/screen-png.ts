/** A picture of a screen in memory, as a PNG: Xvfb keeps its screen in a file of the XWD format. */
import { crc32, deflateSync } from 'node:zlib'

/** Where the numbers stand in the file's head, each 32 bits, big-endian. @see XWDFile.h of X11 */
const HEAD = { sizeBytes: 0, width: 16, height: 20, bytesPerLine: 48, colours: 76 } as const
const BYTES_PER_COLOUR = 12
const BYTES_PER_PIXEL = 4

/**
 * Pure.
 * @param xwd the file, of a screen with 24 bits of colour
 */
export function screenToPng(xwd: Buffer): Buffer {
  const read = (at: number): number => xwd.readUInt32BE(at)
  const [width, height] = [read(HEAD.width), read(HEAD.height)]
  const pixels = read(HEAD.sizeBytes) + read(HEAD.colours) * BYTES_PER_COLOUR
  const lines = Buffer.alloc(height * (1 + 3 * width)) // each line begins with its filter: 0, none
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = pixels + y * read(HEAD.bytesPerLine) + x * BYTES_PER_PIXEL // blue, green, red, nothing
      const to = y * (1 + 3 * width) + 1 + 3 * x
      for (const colour of [0, 1, 2]) lines[to + colour] = xwd[from + 2 - colour] ?? 0
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8) // bits per colour; red, green and blue
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts = [pngPart('IHDR', head), pngPart('IDAT', deflateSync(lines)), pngPart('IEND', Buffer.alloc(0))]
  return Buffer.concat([signature, ...parts])
}

function pngPart(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
